"""shmclient.dll, loaded at the first use: it is in this package or beside the program, on the PATH, or where
ShmBroker is installed; and never in the current folder, where anybody may have put one."""

import ctypes
import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from . import abi

NAME = "shmclient.dll"
_ERROR_BAD_EXE_FORMAT = 193
_BITS = 8 * ctypes.sizeof(ctypes.c_void_p)


@functools.cache
def library() -> ctypes.CDLL:
    if sys.platform != "win32":
        raise OSError("ShmBroker runs on Windows only")
    misfits = ""
    for path in (folder / NAME for folder in _folders()):
        if not path.is_file():
            continue
        try:
            loaded = ctypes.WinDLL(str(path.resolve()))
        except OSError as error:
            if error.winerror != _ERROR_BAD_EXE_FORMAT:
                raise
            misfits += f" ({path} is for programs of another width)"
            continue
        try:
            abi.declare(loaded)
        except AttributeError as error:
            raise OSError(f"{path} is older than this package ({error}); install a newer ShmBroker") from None
        return loaded
    raise OSError(
        f"there is no {NAME} for {_BITS}-bit Python in this package, beside the program, on the PATH or "
        f"where ShmBroker is installed; install it, or put a copy beside the program{misfits}"
    )


def _folders() -> Iterator[Path]:
    yield Path(__file__).parent
    program = Path(sys.argv[0])
    if program.is_file():  # and not the console, or -c
        yield program.resolve().parent
    yield from filter(Path.is_absolute, map(Path, os.get_exec_path()))
    if sys.platform == "win32":
        import winreg

        try:
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY  # for a 32-bit Python, too
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"Software\ShmBroker", 0, access) as key:
                installed = Path(winreg.QueryValueEx(key, "InstallDir")[0])
        except FileNotFoundError:
            return
        yield installed if _BITS == 64 else installed / "x86"
