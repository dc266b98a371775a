"""Waits that Ctrl-C can end. Python looks for signals only between two calls: so no call waits for long."""

import ctypes
import math
import threading
import time
import weakref
from collections.abc import Callable
from ctypes import c_int, c_void_p, c_wchar_p
from multiprocessing import connection
from typing import Any

from . import abi
from .errors import error_of

# Milliseconds that a call may wait before Python looks for Ctrl-C.
_STEP = 200


class Deadline:
    """The end of a timeout in seconds, for what waits in several steps; None: no end."""

    def __init__(self, timeout: float | None) -> None:
        if timeout is not None and not timeout >= 0:  # nor is NaN
            raise ValueError(f"timeout is {timeout}; it must be 0 or more seconds, or None")
        self._end = None if timeout is None else time.monotonic() + timeout

    @property
    def is_over(self) -> bool:
        return self._end is not None and self._end <= time.monotonic()

    @property
    def left(self) -> float:
        """Seconds."""
        return math.inf if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def step(self) -> float:
        """Seconds to wait now: what is left, but not more than a step."""
        return min(_STEP / 1000, self.left)


class Interrupt:
    """What ends waits for a channel's event, by an event of its own: the channel is closed, or its calls are not to
    wait."""

    def __init__(self) -> None:
        self._kernel32 = ctypes.WinDLL("kernel32")
        self._kernel32.CreateEventW.restype = c_void_p
        self._kernel32.CreateEventW.argtypes = [c_void_p, c_int, c_int, c_wchar_p]
        self._kernel32.SetEvent.argtypes = [c_void_p]
        self._kernel32.ResetEvent.argtypes = [c_void_p]
        self._kernel32.CloseHandle.argtypes = [c_void_p]
        self._handle: int = self._kernel32.CreateEventW(None, True, False, None)
        # Not when the channel closes: somebody may be about to wait for it.
        weakref.finalize(self, self._kernel32.CloseHandle, self._handle)
        self._lock = threading.Lock()
        self.is_closing: bool = False
        self._is_cancelled = False
        self.cancels: int = 0  # how often calls were cancelled: one that waits may find that reset already

    def set_closing(self) -> None:
        with self._lock:
            self.is_closing = True
            self._kernel32.SetEvent(self._handle)

    def set_cancelled(self, is_cancelled: bool, tell_dll: Callable[[], object]) -> None:
        with self._lock:  # two threads leave both, this and the DLL, in the same state
            tell_dll()
            self._is_cancelled = is_cancelled
            if is_cancelled:
                self.cancels += 1
            if is_cancelled or self.is_closing:
                self._kernel32.SetEvent(self._handle)
            else:
                self._kernel32.ResetEvent(self._handle)

    def check(self, cancels: int) -> None:
        """For a call that is about to wait, or has waited. cancels: how many there were when it began."""
        if self.is_closing:
            raise error_of(abi.SHM_E_CLOSED)
        if self._is_cancelled or self.cancels != cancels:
            raise error_of(abi.SHM_E_CANCELLED)

    def wait_for(self, handle: int, seconds: float) -> None:
        """Waits for a handle, or this event. What has come, the caller has to see for itself."""
        try:
            connection.wait([self._handle, handle], seconds)
        except InterruptedError:
            pass  # by Ctrl-C, which the program handles without an exception


class Wait(Deadline):
    """That of one call, from its beginning."""

    def __init__(self, timeout: float | None, interrupt: Interrupt) -> None:
        super().__init__(timeout)
        self._interrupt = interrupt
        self._cancels = interrupt.cancels

    def check(self) -> None:
        """For a call that is about to wait, or has waited: raises if it is not to."""
        self._interrupt.check(self._cancels)


def in_steps(call: Callable[[int], Any], busy: tuple[int, ...], wait: Wait) -> int:
    """Makes a call that may wait for so many milliseconds, until its status is not busy or the time is up."""
    while True:
        status: int = call(int(wait.step * 1000))
        if status not in busy or wait.is_over:
            return status
        wait.check()
