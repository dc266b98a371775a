"""shmclient.dll: beside this package or the program, or on the PATH. It is loaded at the first use."""

import ctypes
import functools
import os
import pathlib
import sys

from . import abi

NAME = "shmclient.dll"


@functools.cache
def library() -> ctypes.CDLL:
    if sys.platform != "win32":
        raise OSError("ShmBroker runs on Windows only")
    folders = [pathlib.Path(__file__).parent, pathlib.Path(sys.argv[0]).resolve().parent]
    folders += [pathlib.Path(folder) for folder in os.get_exec_path()]
    found = next((folder / NAME for folder in folders if (folder / NAME).is_file()), None)
    if found is None:
        raise OSError(f"{NAME} is neither beside the program nor on the PATH")
    loaded = ctypes.WinDLL(str(found.resolve()))
    abi.declare(loaded)
    return loaded
