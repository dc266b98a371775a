"""Waits for a channel's window message, in a message-only window of this thread."""

import ctypes
from collections.abc import Iterable
from ctypes import wintypes
from types import TracebackType

from program import Failure
from shmbroker import Channel

READABLE = 0x8000 + 1  # WM_APP + 1
HWND_MESSAGE = -3
PM_REMOVE = 1
QS_ALLINPUT = 0x04FF
MWMO_INPUTAVAILABLE = 4


class WindowNotice:
    def __init__(self, channel: Channel) -> None:
        self._user32 = ctypes.WinDLL("user32")
        create = self._user32.CreateWindowExW
        create.restype = wintypes.HWND
        create.argtypes = [wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD]
        create.argtypes += [ctypes.c_int] * 4 + [ctypes.c_void_p] * 4
        self._user32.DestroyWindow.argtypes = [wintypes.HWND]
        self._window: int | None = create(0, "STATIC", None, 0, 0, 0, 0, 0, HWND_MESSAGE, None, None, None)
        if self._window is None:
            raise Failure("cannot make a window for the channel's messages")
        self._channel = channel

    def __enter__(self) -> "WindowNotice":
        self._channel.notify_window(self._window, READABLE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.notify_window(None, 0)
        self._user32.DestroyWindow(self._window)

    def wait(self, steps: Iterable[float]) -> bool:
        """Waits for so many seconds each time. Returns False if nothing came."""
        for seconds in steps:
            if self._take_message():
                return True
            milliseconds = int(seconds * 1000) + 1
            self._user32.MsgWaitForMultipleObjectsEx(0, None, milliseconds, QS_ALLINPUT, MWMO_INPUTAVAILABLE)
        return self._take_message()

    def _take_message(self) -> bool:
        """Handles what is in the queue, up to the channel's message."""
        message = wintypes.MSG()
        while self._user32.PeekMessageW(ctypes.byref(message), None, 0, 0, PM_REMOVE):
            # To mypy the members of a structure are ctypes' objects; they are int or None.
            if message.hWnd == self._window and message.message == READABLE:  # type: ignore
                return True
            self._user32.DispatchMessageW(ctypes.byref(message))
        return False
