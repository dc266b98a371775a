"""Waits that Ctrl-C can end. The DLL's own can't be: Python looks for signals only between two calls."""

import ctypes
import time
from collections.abc import Callable
from ctypes import c_int, c_void_p, c_wchar_p
from multiprocessing import connection
from typing import Any

# Milliseconds that a call may wait in the DLL before Python looks for Ctrl-C.
_STEP = 200


class Deadline:
    """The end of a timeout in seconds, for what waits in several steps; None: no end."""

    def __init__(self, timeout: float | None) -> None:
        if timeout is not None and timeout < 0:
            raise ValueError(f"timeout is {timeout}; it must be 0 or more seconds, or None")
        self._end = None if timeout is None else time.monotonic() + timeout

    @property
    def left(self) -> float | None:
        return None if self._end is None else max(0.0, self._end - time.monotonic())


def in_steps(call: Callable[[int], Any], busy: tuple[int, ...], timeout: float | None) -> int:
    """Makes a call that may wait for so many milliseconds, until its status is not busy or the time is up."""
    deadline = Deadline(timeout)
    while True:
        left = deadline.left
        status: int = call(_STEP if left is None else min(_STEP, int(left * 1000)))
        if status not in busy or deadline.left == 0:
            return status


class Stop:
    """An event that ends waits for another event, of a channel."""

    def __init__(self) -> None:
        self._kernel32 = ctypes.WinDLL("kernel32")
        self._kernel32.CreateEventW.restype = c_void_p
        self._kernel32.CreateEventW.argtypes = [c_void_p, c_int, c_int, c_wchar_p]
        self._kernel32.SetEvent.argtypes = [c_void_p]
        self._kernel32.CloseHandle.argtypes = [c_void_p]
        self._handle: int = self._kernel32.CreateEventW(None, True, False, None)

    def set(self) -> None:
        self._kernel32.SetEvent(self._handle)

    def close(self) -> None:
        self._kernel32.CloseHandle(self._handle)

    def wait_for(self, handle: int, timeout: float | None) -> bool:
        """Waits for a handle. Returns False if it was stopped."""
        return self._handle not in connection.wait([self._handle, handle], timeout)
