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
_PACKAGE = Path(__file__).parent


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
        f"there is no {NAME} for {_BITS}-bit Python {_places()}; install it, or put a copy beside the program{misfits}"
    )


def _places() -> str:
    """In the words of every language's package."""
    return (
        f"in this package ({_PACKAGE}), beside the program ({_program() or 'there is none'}), on the PATH or "
        f"where ShmBroker is installed ({_installed() or 'it is not'})"
    )


def _folders() -> Iterator[Path]:
    yield _PACKAGE
    if program := _program():
        yield program
    yield from filter(Path.is_absolute, map(Path, os.get_exec_path()))
    if installed := _installed():
        yield installed


def _program() -> Path | None:
    program = Path(sys.argv[0])
    return program.resolve().parent if program.is_file() else None  # the console, or -c


def _installed() -> Path | None:
    if sys.platform == "win32":
        import winreg

        try:
            access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY  # for a 32-bit Python, too
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"Software\ShmBroker", 0, access) as key:
                installed = Path(winreg.QueryValueEx(key, "InstallDir")[0])
        except FileNotFoundError:
            return None
        return installed if _BITS == 64 else installed / "x86"
    return None
