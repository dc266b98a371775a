"""shmclient.dll, loaded at the first use: from beside the program, from this package, or from where ShmBroker is
installed; and from no folder that the current one or PATH decides on, where anybody may have put one."""

import ctypes
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

from . import abi

NAME = "shmclient.dll"
_BITS = 8 * ctypes.sizeof(ctypes.c_void_p)
_PACKAGE = Path(__file__).resolve().parent


@functools.cache
def library() -> ctypes.CDLL:
    if sys.platform != "win32":
        raise OSError("ShmBroker runs on Windows only")
    misfits = ""
    for path in (folder / NAME for folder in _folders()):
        if not path.is_file():
            continue
        try:
            loaded = ctypes.WinDLL(str(path))
        except OSError as error:
            misfits += f" ({path} can't be loaded: {error})"  # of another width, say
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
    program = ", ".join(map(str, _program())) or "its folder is not known"
    return (
        f"beside the program ({program}), in this package ({_PACKAGE}) or "
        f"where ShmBroker is installed ({_installed() or 'it is not'})"
    )


def _folders() -> Iterator[Path]:
    yield from _program()
    yield _PACKAGE
    if installed := _installed():
        yield installed


def _program() -> list[Path]:
    """The folders of the script and of python.exe. The console, and -c, have no script."""
    folders = []
    script = Path(getattr(sys.modules.get("__main__"), "__file__", None) or "")
    if script.is_absolute():  # or it is not Python that has set it
        folder = script.parent
        folders.append(folder.parent if folder.is_file() else folder)  # of an archive, which has __main__.py in it
    if Path(sys.executable or "").is_absolute():
        folders.append(Path(sys.executable).parent)
    return folders


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
