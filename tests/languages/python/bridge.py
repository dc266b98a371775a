"""Runs a program of Python for Windows in host.c's Python of Linux: bridge.py SCRIPT [ARGUMENT...].

What it puts in the place of the real: ctypes.WinDLL, multiprocessing.connection.wait, the start of threads, the
standard streams, and sys.platform. What only Windows has beside these, such as winreg, is not there."""

import argparse  # noqa: F401  what looks at sys.platform is imported while that is true
import asyncio  # noqa: F401
import ctypes
import ctypes.wintypes  # noqa: F401
import io
import itertools
import multiprocessing.connection
import os
import pathlib
import runpy
import signal
import sys
import threading
import traceback
from ctypes import CFUNCTYPE, c_char_p, c_int, c_uint, c_void_p

_ADDRESSES = [int(address, 16) for address in os.environ.pop("SHM_BRIDGE").split()]
_load = CFUNCTYPE(c_void_p, c_void_p)(_ADDRESSES[0])
_function_of = CFUNCTYPE(c_void_p, c_void_p, c_char_p)(_ADDRESSES[1])
_last_error = CFUNCTYPE(c_uint)(_ADDRESSES[2])
_THREAD_BODY = CFUNCTYPE(None, c_void_p)
_start_thread = CFUNCTYPE(c_int, _THREAD_BODY, c_void_p)(_ADDRESSES[3])
_set_exit_code = CFUNCTYPE(None, c_int)(_ADDRESSES[4])

_PROTOTYPE = CFUNCTYPE(c_int)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass") + b"\0\0"


class WideText:
    """c_wchar_p, whose characters have two bytes on Windows: for parameters."""

    @staticmethod
    def from_param(text: "str | None") -> "ctypes.Array[ctypes.c_char] | None":
        return None if text is None else ctypes.create_string_buffer(_utf16(text))


class WindowsError(OSError):
    winerror = 0


class WinDLL:
    def __init__(self, name: str) -> None:
        path = "Z:" + name.replace("/", "\\") if name.startswith("/") else name
        self._module = _load(ctypes.cast(ctypes.create_string_buffer(_utf16(path)), c_void_p))
        if not self._module:
            error = WindowsError(f"cannot load {path}: error {_last_error()}")
            error.winerror = _last_error()
            raise error

    def __getattr__(self, name: str) -> object:
        address = _function_of(self._module, name.encode())
        if not address:
            raise AttributeError(f"function '{name}' not found")
        function = _Function(address)
        setattr(self, name, function)
        return function


class _Function:
    """A function of a DLL as ctypes would have it."""

    def __init__(self, address: int) -> None:
        self._call = _PROTOTYPE(address)

    @property
    def argtypes(self) -> list:
        return self._call.argtypes

    @argtypes.setter
    def argtypes(self, types: list) -> None:
        self._call.argtypes = [WideText if each is ctypes.c_wchar_p else each for each in types]

    @property
    def restype(self) -> object:
        return self._call.restype

    @restype.setter
    def restype(self, kind: object) -> None:
        self._call.restype = kind

    def __call__(self, *arguments: object) -> object:
        return self._call(*arguments)


ctypes.WinDLL = WinDLL
_kernel32 = WinDLL("kernel32")
_kernel32.GetStdHandle.restype = c_void_p
_kernel32.WaitForMultipleObjects.restype = c_uint
for _name in ("ReadFile", "WriteFile"):
    getattr(_kernel32, _name).argtypes = [c_void_p, c_void_p, c_uint, c_void_p, c_void_p]


class Stream(io.RawIOBase):
    """A standard stream of Windows: what Wine keeps pipes in, Linux does not see."""

    def __init__(self, number: int) -> None:
        self._handle = _kernel32.GetStdHandle(number)
        self._is_input = number == -10

    def readable(self) -> bool:
        return self._is_input

    def writable(self) -> bool:
        return not self._is_input

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")
        done = c_uint()
        array = (ctypes.c_char * len(view)).from_buffer(view)
        _kernel32.ReadFile(self._handle, array, len(view), ctypes.byref(done), None)
        return done.value

    def write(self, data: object) -> int:
        some = bytes(data)
        done = c_uint()
        if not _kernel32.WriteFile(self._handle, some, len(some), ctypes.byref(done), None):
            raise WindowsError(f"cannot write: error {_last_error()}")
        return done.value


def _wait(handles: list, timeout: "float | None" = None) -> list:
    array = (c_void_p * len(handles))(*handles)
    milliseconds = 0xFFFFFFFF if timeout is None else int(timeout * 1000)
    result = _kernel32.WaitForMultipleObjects(len(handles), array, 0, milliseconds)
    return [handles[result]] if result < len(handles) else []


_numbers = itertools.count(1)
_started: dict = {}


@_THREAD_BODY
def _thread_body(number: int) -> None:
    function, arguments, named = _started.pop(number)
    try:
        function(*arguments, **named)
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc()


def _start_new_thread(function: object, arguments: tuple, named: "dict | None" = None) -> int:
    number = next(_numbers)
    _started[number] = function, arguments, named or {}
    if not _start_thread(_thread_body, number):
        raise RuntimeError("can't start new thread")
    return number


def main() -> None:
    del sys.argv[0]
    script = sys.argv[0]
    sys.stdin = io.TextIOWrapper(io.BufferedReader(Stream(-10)), "utf-8")
    sys.stdout = io.TextIOWrapper(io.BufferedWriter(Stream(-11)), "utf-8", newline="\n")
    sys.stderr = io.TextIOWrapper(io.BufferedWriter(Stream(-12)), "utf-8", newline="\n", line_buffering=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    multiprocessing.connection.wait = _wait
    threading._start_new_thread = _start_new_thread
    sys.platform = "win32"
    sys.modules.setdefault("winreg", _NoRegistry("winreg"))
    path = pathlib.Path(script).resolve()
    sys.path[0] = str(path.parent)
    try:
        runpy.run_path(str(path), run_name="__main__")  # which has the full path as its __file__
    except SystemExit as end:
        if not isinstance(end.code, (int, type(None))):
            print(end.code, file=sys.stderr)
        _set_exit_code(end.code if isinstance(end.code, int) else 0 if end.code is None else 1)


class _NoRegistry(type(sys)):
    KEY_READ = KEY_WOW64_64KEY = HKEY_LOCAL_MACHINE = 0

    def OpenKey(self, *key: object) -> None:
        raise FileNotFoundError("there is no registry here")


main()
