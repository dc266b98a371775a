"""Waits for the events of many channels, for an event loop: one thread for 62 of them."""

import ctypes
import threading
from collections.abc import Callable
from ctypes import c_int, c_uint32, c_void_p, c_wchar_p
from multiprocessing import connection
from typing import Any

_MOST = 62  # what multiprocessing.connection.wait takes, without the poller's own
_DUPLICATE_SAME_ACCESS = 2


def _kernel32() -> Any:
    dll = ctypes.WinDLL("kernel32")
    dll.CreateEventW.restype = c_void_p
    dll.CreateEventW.argtypes = [c_void_p, c_int, c_int, c_wchar_p]
    dll.SetEvent.argtypes = [c_void_p]
    dll.CloseHandle.argtypes = [c_void_p]
    dll.GetCurrentProcess.restype = c_void_p
    handle, out = c_void_p, ctypes.POINTER(c_void_p)
    dll.DuplicateHandle.argtypes = [handle, handle, handle, out, c_uint32, c_int, c_uint32]
    return dll


class Watch:
    """An event that is waited for, until end()."""

    def __init__(self, poller: "Poller", event: int) -> None:
        self._poller = poller
        self._event = event

    def end(self) -> None:
        """The callback may be called once more, by a signal that was under way."""
        self._poller.remove(self._event)


class Poller:
    """Has a thread, as long as it has events."""

    def __init__(self) -> None:
        self._kernel32 = _kernel32()
        self._changed: int = self._kernel32.CreateEventW(None, False, False, None)
        self._lock = threading.Lock()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._ended: list[int] = []  # to be closed when they are no longer waited for
        self._is_running = False

    def has_room(self) -> bool:
        return len(self._callbacks) < _MOST

    def add(self, event: int, callback: Callable[[], None]) -> Watch:
        """Has a function called, in the poller's thread, whenever an event is set."""
        own = c_void_p()  # as the channel may be closed at any time
        process = self._kernel32.GetCurrentProcess()
        if not self._kernel32.DuplicateHandle(
            process, event, process, ctypes.byref(own), 0, False, _DUPLICATE_SAME_ACCESS
        ):
            raise OSError("Windows can't duplicate the event of a channel")
        handle = own.value or 0
        with self._lock:
            self._callbacks[handle] = callback
            if not self._is_running:
                self._is_running = True
                threading.Thread(target=self._run, name="shmbroker", daemon=True).start()
        self._kernel32.SetEvent(self._changed)
        return Watch(self, handle)

    def remove(self, event: int) -> None:
        with self._lock:
            if self._callbacks.pop(event, None) is not None:
                self._ended.append(event)
        self._kernel32.SetEvent(self._changed)

    def _run(self) -> None:
        while events := self._begin():
            for event in connection.wait([self._changed, *events]):
                assert isinstance(event, int)
                with self._lock:
                    callback = self._callbacks.pop(event, None)
                    if callback is not None:  # behind the others: Windows tells of the first that is set
                        self._callbacks[event] = callback
                if callback is not None:
                    callback()

    def _begin(self) -> list[int]:
        """What to wait for now."""
        with self._lock:
            for event in self._ended:
                self._kernel32.CloseHandle(event)
            self._ended.clear()
            self._is_running = bool(self._callbacks)
            return list(self._callbacks)


_lock = threading.Lock()
_pollers: list[Poller] = []


def watch(event: int, callback: Callable[[], None]) -> Watch:
    with _lock:
        for poller in _pollers:
            if poller.has_room():
                break
        else:
            poller = Poller()
            _pollers.append(poller)
        return poller.add(event, callback)
