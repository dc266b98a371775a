"""A channel for asyncio: nothing blocks the event loop, and no wait has a thread of its own."""

import asyncio
import functools
import math
import weakref
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import TypeVar

from . import abi, poller
from .calls import Request
from .channel import Channel, Data, forget, is_old
from .errors import ShmError, ShmTimeout, check, error, error_of
from .in_place import Loan, Lock, Peek
from .types import Access, BatchMessage, Info, Kind, Message, Stats, WhenFull
from .waiting import Deadline

Found = TypeVar("Found", Message, Peek, list[BatchMessage], Request, bytes)
Result = TypeVar("Result")

_FIRST_PAUSE = 0.001  # seconds, of a write that waits
_LONGEST_PAUSE = 0.016


class AsyncChannel:
    """An open channel, as Channel is, for the tasks of one event loop.

        async with await AsyncChannel.open("ticks", access=Access.READ) as channel:
            async for message in channel:
                print(message.data)

    A timeout is in seconds: 0 does not wait, None has no end. Where it is over, ShmTimeout is raised. A task
    that is cancelled loses no message. A read that waits is woken by the channel; nothing tells of room, so a
    write that waits asks again after a millisecond, and then less and less often, every 16 ms at last.
    """

    def __init__(self, channel: Channel) -> None:
        """For a channel that is open already; it is closed with this."""
        self._channel = channel
        self._readable = asyncio.Event()
        self._writers: list[asyncio.Event] = []  # in the order of the calls
        self._watch: poller.Watch | None = None

    @classmethod
    async def open(
        cls,
        name: str,
        *,
        access: Access = Access(0),
        kind: Kind | None = None,
        next: bool = False,
        exclusive: bool = False,
        timed: bool = False,
        create: bool = False,
        keep: bool = False,
        served: bool = False,
        capacity: int = 0,
        max_message: int = 0,
        when_full: WhenFull | None = None,
        max_calls: int = 0,
        max_clients: int = 0,
        open_timeout: float = 5.0,
    ) -> "AsyncChannel":
        """Opens a channel, on a thread of the loop's pool; the options are those of Channel."""
        open_it = functools.partial(
            Channel,
            name,
            access=access,
            kind=kind,
            next=next,
            exclusive=exclusive,
            timed=timed,
            create=create,
            keep=keep,
            served=served,
            capacity=capacity,
            max_message=max_message,
            when_full=when_full,
            max_calls=max_calls,
            max_clients=max_clients,
            open_timeout=open_timeout,
        )
        return cls(await asyncio.to_thread(open_it))

    async def __aenter__(self) -> "AsyncChannel":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes it. Calls that wait end with SHM_E_CLOSED; what was lent is taken back, as by Channel.close."""
        self._channel._lender.close()
        if self._watch is not None:
            self._watch.end()
            self._watch = None
        self._channel._interrupt.set_closing()
        for event in [self._readable, *self._writers]:
            event.set()
        await asyncio.to_thread(self._channel.close)

    # ---- what it is

    @property
    def handle(self) -> int:
        return self._channel.handle

    @property
    def name(self) -> str:
        return self._channel.name

    @property
    def kind(self) -> Kind:
        return self._channel.kind

    @property
    def capacity(self) -> int:
        return self._channel.capacity

    @property
    def max_message(self) -> int:
        return self._channel.max_message

    def info(self) -> Info:
        return self._channel.info()

    def stats(self) -> Stats:
        return self._channel.stats()

    # ---- writing

    async def write(self, data: Data, timeout: float | None = None) -> None:
        """Writes a message, or a block's value. Those of one loop are written in the order of the calls."""
        await self._when_room(lambda: self._channel.write(data, 0), timeout)

    async def write_batch(self, messages: Sequence[Data], timeout: float | None = None) -> None:
        """Writes several messages with the cost of few. What it raises tells how many were: written."""
        done = 0

        def write() -> None:
            nonlocal done
            try:
                self._channel.write_batch(messages[done:], 0)
            except ShmError as failure:
                done += failure.written or 0
                failure.written = done
                raise

        await self._when_room(write, timeout)

    async def loan(self, size: int, timeout: float | None = None) -> Loan:
        """Lends the memory of a topic's or a queue's next message, as Channel.loan does."""
        return await self._when_room(lambda: self._channel.loan(size, 0), timeout)

    async def lock(self, timeout: float | None = None) -> Lock:
        """Lends the memory of a block, as Channel.lock does."""
        return await self._when_room(lambda: self._channel.lock(0), timeout)

    async def flush(self) -> None:
        """Has the service bring a block's value to its file; on a thread of the loop's pool."""
        await asyncio.to_thread(self._channel.flush)

    async def _when_room(self, attempt: Callable[[], Result], timeout: float | None) -> Result:
        deadline = Deadline(timeout)
        turn = asyncio.Event()  # set when those that came before have left
        self._writers.append(turn)
        try:
            pause = _FIRST_PAUSE
            while True:
                if self._channel._interrupt.is_closing:
                    raise error_of(abi.SHM_E_CLOSED)
                is_first, is_last = self._writers[0] is turn, deadline.is_over
                if is_first:
                    try:
                        return attempt()
                    except ShmTimeout:
                        if is_last:
                            raise
                elif is_last:
                    text = "earlier writes through this channel are still waiting; try again, or wait longer."
                    raise error(abi.SHM_E_TIMEOUT, text)
                turn.clear()
                await _until(turn, min(pause, deadline.left) if is_first else deadline.left)
                pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            self._writers.remove(turn)
            if self._writers:
                self._writers[0].set()

    # ---- calling a service, and serving it

    async def call(self, request: Data, timeout: float | None = None) -> bytes:
        """Calls, and gives the answer, as Channel.call does. A task that is cancelled gives its call up."""
        deadline = Deadline(timeout)
        begun = await self._when_room(lambda: self._channel.begin_call(request, 0), timeout)
        try:
            left = deadline.left
            return await self._when_readable(begun.try_end, None if math.isinf(left) else left)
        except ShmTimeout:
            raise begun._give_up_late() from None
        except BaseException:
            begun._giving_up()
            raise

    async def serve(self, timeout: float | None = None) -> Request:
        """Takes the next request, as a server of a service."""
        return await self._when_readable(self._channel._try_serve, timeout)

    async def requests(self, timeout: float | None = None) -> AsyncIterator[Request]:
        """All requests that come, until none has come within the timeout."""
        try:
            while True:
                yield await self.serve(timeout)
        except ShmTimeout:
            return

    # ---- reading

    def __aiter__(self) -> AsyncIterator[Message]:
        return self.messages()

    async def messages(self, timeout: float | None = None) -> AsyncIterator[Message]:
        """All that comes, until nothing has come within the timeout."""
        try:
            while not is_old(message := await self.read(timeout)):
                yield message
        except ShmTimeout:
            return

    async def read(self, timeout: float | None = None) -> Message:
        """Reads a message, or a block's value, as Channel.read does."""
        return await self._when_readable(self._channel._try_read, timeout)

    async def read_batch(self, limit: int = 1000, timeout: float | None = None) -> list[BatchMessage]:
        """Reads the messages that there are, as Channel.read_batch does; waits for the first only."""
        return await self._when_readable(lambda: self._channel._try_read_batch(limit), timeout)

    async def peek(self, timeout: float | None = None) -> Peek:
        """Shows a message, or a block's value, where it lies: with await channel.peek() as message."""
        return await self._when_readable(self._channel._try_peek, timeout)

    async def _when_readable(self, attempt: Callable[[], Found | None], timeout: float | None) -> Found:
        """Tries until there is something new, or the time is up; then what is old will do."""
        deadline = Deadline(timeout)
        while True:
            self._readable.clear()
            if self._channel._interrupt.is_closing:
                raise error_of(abi.SHM_E_CLOSED)
            is_last = deadline.is_over
            found = attempt()
            if found is not None and (is_last or isinstance(found, bytes) or not is_old(found)):
                return found
            if is_last:
                check(abi.SHM_E_EMPTY)
            if isinstance(found, Peek):
                forget(found)
            self._have_watched()
            await _until(self._readable, deadline.left)

    def _have_watched(self) -> None:
        if self._watch is not None:
            return
        loop = asyncio.get_running_loop()
        readable = weakref.ref(self._readable)  # the poller does not keep a channel that is forgotten

        def set_readable() -> None:
            if (event := readable()) is not None:
                event.set()

        def tell() -> None:
            try:
                loop.call_soon_threadsafe(set_readable)
            except RuntimeError:
                pass  # the loop has been closed

        self._watch = poller.watch(self._channel.wait_handle, tell)
        weakref.finalize(self, self._watch.end).atexit = False


async def _until(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), None if math.isinf(seconds) else seconds)
    except asyncio.TimeoutError:
        pass  # the caller looks
