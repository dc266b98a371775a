"""Calls of a service: one that is under way, and a request as its server has it."""

import ctypes
import weakref
from ctypes import byref, c_char, c_size_t
from types import TracebackType
from typing import Any, NamedTuple

from . import abi
from .errors import ShmError, check, error, error_of
from .library import library
from .waiting import Wait, in_steps


def not_taken() -> ShmError:
    what = "no server took the call until the time was up, and none will: it may be made again"
    return error(abi.SHM_E_TIMEOUT, f"{what}; start a server, or wait longer.")


def not_answered() -> ShmError:
    what = "a server took the call and had not answered it when the time was up; its answer is dropped"
    return error(abi.SHM_E_UNANSWERED, f"{what}. Call again only what may be done twice, or wait longer.")


class Caller(NamedTuple):
    """Who has called, as the service took it from Windows when the channel was opened."""

    pid: int
    session: int
    account: str  # the SID, such as "S-1-5-21-..."
    waits: bool  # False: the call was given up meanwhile, and an answer comes to nobody


class Call:
    """A call that has begun. end() waits for its answer; one that is forgotten is given up."""

    def __init__(self, channel: Any, token: int, room: int) -> None:
        self._channel = channel  # is not forgotten meanwhile
        self._token = token
        self._room = room
        self._giving_up = weakref.finalize(self, library().ShmCallCancel, channel.handle, token)

    def end(self, timeout: float | None = None) -> bytes:
        """Gives the answer. Raises ShmTimeout where the time is up before, and the call goes on; ShmRefused;
        ShmError with SHM_E_PEER_DIED where its server is gone."""
        wait = Wait(timeout, self._channel._interrupt)
        while (answer := self._attempt(wait)) is None:
            if wait.is_over:
                raise error(abi.SHM_E_EMPTY, "no answer has come yet; wait longer, or give the call up with cancel().")
        return answer

    def cancel(self) -> None:
        """Gives the call up: its answer, if one comes, is dropped. Raises ShmError with SHM_E_UNANSWERED if a server
        has taken it already: what that does is done."""
        if self._giving_up.detach():
            check(library().ShmCallCancel(self._channel.handle, self._token))

    def _give_up_late(self) -> ShmError:
        """Gives the call up, whose time is over, and tells what became of it. An answer that came just then shows
        that a server had taken it."""
        status = self._giving_up()
        if status == abi.SHM_OK:
            return not_taken()
        if status in (abi.SHM_E_UNANSWERED, abi.SHM_S_DROPPED):
            return not_answered()
        return error_of(abi.SHM_E_ARGUMENT if status is None else status)

    def try_end(self) -> bytes | None:
        """The answer, if it is there."""
        return self._attempt(Wait(0, self._channel._interrupt))

    def _attempt(self, wait: Wait) -> bytes | None:
        answer, size = (c_char * self._room)(), c_size_t()
        handle = self._channel.handle

        def end(ms: int) -> int:
            return int(library().ShmCallEnd(handle, self._token, answer, len(answer), byref(size), ms))

        status = in_steps(end, (abi.SHM_E_EMPTY,), wait)
        if status == abi.SHM_E_EMPTY:
            return None
        if status != abi.SHM_E_CANCELLED:
            self._giving_up.detach()
        check(status)
        return ctypes.string_at(answer, size.value)


class Request:
    """A request that this server has taken, to be answered once, from any thread. With a with block, what was
    neither answered nor refused is refused; so is one that is forgotten."""

    def __init__(self, channel: Any, token: int, data: bytes) -> None:
        self.data = data
        self._channel = channel
        self._token = token
        self._refusing = weakref.finalize(self, library().ShmRefuseUtf8, channel.handle, token, 0, b"")

    def __enter__(self) -> "Request":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._refusing.alive:
            self.refuse(0)

    @property
    def caller(self) -> Caller:
        """Whose request it is, until it is answered. Raises ShmError with SHM_E_STATE if that client is gone."""
        caller = abi.ShmCallerUtf8(size=ctypes.sizeof(abi.ShmCallerUtf8))
        check(library().ShmGetCallerUtf8(self._channel.handle, self._token, byref(caller)))
        waits = (caller.flags & abi.SHM_CALLER_WAITS) != 0
        return Caller(caller.pid, caller.session, caller.account.decode(), waits)

    def answer(self, data: bytes | bytearray | memoryview) -> bool:
        """Answers it. Gives False if its client has given the call up, or is gone. An answer that is too large raises
        ShmError with SHM_E_SIZE, and the request is still to be answered."""
        memory = bytes(data)
        return self._give(library().ShmAnswer(self._channel.handle, self._token, memory, len(memory)))

    def refuse(self, code: int, text: str = "") -> bool:
        """Refuses it: its client gets a ShmRefused with that code, any number, and that text."""
        return self._give(library().ShmRefuseUtf8(self._channel.handle, self._token, code, text.encode()))

    def _give(self, status: int) -> bool:
        if check(status) >= 0:
            self._refusing.detach()
        return status != abi.SHM_S_DROPPED
