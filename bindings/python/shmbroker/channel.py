import ctypes
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from ctypes import byref, c_char, c_size_t, c_uint32, c_uint64, c_void_p
from types import TracebackType
from typing import Any, TypeVar

from . import abi
from .calls import Call, Request
from .errors import ShmError, ShmTimeout, check, error, error_of
from .in_place import Lender, Loan, Lock, Peek
from .library import library
from .options import name_of, options_of
from .types import Access, BatchMessage, Info, Kind, Message, News, Stats, WhenFull
from .waiting import Interrupt, Wait, in_steps

Data = bytes | bytearray | memoryview
Found = TypeVar("Found", Message, Peek, list[BatchMessage], Request)

_BUSY = (abi.SHM_E_FULL, abi.SHM_E_TIMEOUT)
_ROOM = 64 * 1024  # what is larger gets room of its own
_MOST = _ROOM // 8  # messages of a batch: each begins at a multiple of 8
_PATIENCE = 2.0  # seconds in which every reader has seen that the channel is to be closed


class Channel:
    """An open channel; with a with block it closes itself.

    A timeout is in seconds: 0 does not wait, None has no end. Where it is over, ShmTimeout is raised. Any
    thread may call any method; readers take turns, and so do writers. One that is forgotten closes itself.

    Ctrl-C ends any wait of the main thread, within 0.2 seconds. But Python raises KeyboardInterrupt between
    any two steps of a program, also when read() has just taken a message and before the caller has it: that
    message is lost. Whoever must lose none has a signal handler of its own, which takes a note and raises
    nothing, and reads with timeouts, as receiver.py does; or uses peek(), which takes a message at its end.
    """

    def __init__(
        self,
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
    ) -> None:
        """Opens a channel. The other side may have opened it before, open it later, or never.

        access       default: every right that this account has
        kind         refuse another one
        next         begin with the next message, not with the oldest one kept
        exclusive    be the only writer
        timed        date each message that is written
        create       create the channel if there is none; kind and, but for a service, capacity must be given
        keep         with create: it stays when nobody has it open
        served       calling a service: no call waits for a server to come, it raises SHM_E_NO_SERVER
        capacity     bytes that it must hold at least; of a service: bytes of its largest answer
        max_message  bytes that its largest message, or request, must be allowed to have
        when_full    creating a topic: what a writer does where there is no room; default: OVERWRITE
        max_calls    of a service: how many a client must be able to have under way at least
        max_clients  of a service: how many must be able to call it at least
        open_timeout seconds that the service may take to answer
        """
        flags = {
            abi.SHM_OPEN_NEXT: next,
            abi.SHM_OPEN_EXCLUSIVE: exclusive,
            abi.SHM_OPEN_TIMED: timed,
            abi.SHM_OPEN_CREATE: create,
            abi.SHM_OPEN_KEEP: keep,
            abi.SHM_OPEN_SERVED: served,
        }
        options = options_of(
            access=access,
            kind=kind,
            flags=flags,
            capacity=capacity,
            max_message=max_message,
            when_full=when_full,
            max_calls=max_calls,
            max_clients=max_clients,
            open_timeout=open_timeout,
        )
        name_utf8 = name_of(name)
        dll = library()  # first: it says what is missing, such as Windows
        self._interrupt = Interrupt()
        self._reading = threading.Lock()
        self._room = (c_char * _ROOM)()  # of the reader whose turn it is
        handle = c_uint32()
        check(dll.ShmOpenUtf8(name_utf8, byref(options), byref(handle)))
        self._handle: int = handle.value
        self._lender = Lender(self._handle)
        # Runs once: by close(), or when the channel has been forgotten, or at the program's end.
        self._closing = weakref.finalize(
            self, _close, self._handle, self._lender, self._interrupt, self._reading
        )
        self._info = self.info()

    def __enter__(self) -> "Channel":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes it. Calls that wait in other threads end with SHM_E_CLOSED; what was lent is taken back. If
        something still has a hold on that, such as a slice of its memory, BufferError is raised and the channel is
        still open: release that, and close it again."""
        self._lender.close()
        self._closing()

    def set_cancelled(self, cancelled: bool = True) -> None:
        """Keeps calls from waiting: those that wait now, in any thread, and later ones that would have to raise
        ShmError with SHM_E_CANCELLED, and have done nothing. False lets them wait again."""
        dll = library()
        self._interrupt.set_cancelled(cancelled, lambda: check(dll.ShmSetCancelled(self._handle, cancelled)))

    # ---- what it is

    @property
    def handle(self) -> int:
        """For the functions of the C interface."""
        return self._handle

    @property
    def name(self) -> str:
        return self._info.name

    @property
    def kind(self) -> Kind:
        return self._info.kind

    @property
    def capacity(self) -> int:
        """Bytes of payload that the channel holds; of a service: of its largest answer."""
        return self._info.capacity

    @property
    def max_message(self) -> int:
        """Bytes of its largest message; of a block: its capacity; of a service: of its largest request."""
        return self._info.max_message

    def info(self) -> Info:
        info = abi.ShmInfoUtf8(size=ctypes.sizeof(abi.ShmInfoUtf8))
        check(library().ShmGetInfoUtf8(self._handle, byref(info)))
        return Info.of(info)

    def stats(self) -> Stats:
        stats = abi.ShmStats(size=ctypes.sizeof(abi.ShmStats))
        check(library().ShmGetStats(self._handle, byref(stats)))
        return Stats.of(stats)

    # ---- writing

    def write(self, data: Data, timeout: float | None = None) -> None:
        """Writes a message, or a block's value."""
        memory = _memory_of(data)
        self._write(lambda ms: library().ShmWrite(self._handle, memory, len(memory), ms), timeout)

    def write_batch(self, messages: Sequence[Data], timeout: float | None = None) -> None:
        """Writes several messages with the cost of few. What it raises tells how many were: written."""
        if not messages:
            return
        memories = [_memory_of(data) for data in messages]
        structs = (abi.ShmMessage * len(memories))()
        for struct, memory in zip(structs, memories):
            struct.size = ctypes.sizeof(abi.ShmMessage)
            struct.data = ctypes.cast(memory, c_void_p).value  # type: ignore[arg-type]
            struct.length = len(memory)
        done = 0

        def write(ms: int) -> int:
            nonlocal done
            written = c_uint32()
            first, left = byref(structs[done]), len(structs) - done
            status: int = library().ShmWriteBatch(self._handle, first, left, byref(written), ms)
            done += written.value
            return status

        try:
            self._write(write, timeout)
        except ShmError as failure:
            failure.written = done
            raise

    def loan(self, size: int, timeout: float | None = None) -> Loan:
        """Lends the memory of a topic's or a queue's next message. Other writers' messages wait behind it: be
        quick. One at a time: until it ends, write and loan raise SHM_E_STATE at once, in any thread. A thread
        that writes beside it opens a channel of its own."""
        memory = c_void_p()
        self._write(lambda ms: library().ShmLoan(self._handle, size, byref(memory), ms), timeout)
        return Loan(self, self._lender, memory.value, size)

    def lock(self, timeout: float | None = None) -> Lock:
        """Lends the memory of a block, filled with its value, and keeps other writers out. One at a time: until
        it ends, write and lock raise SHM_E_STATE at once, in any thread."""
        memory, size = c_void_p(), c_size_t()
        self._write(lambda ms: library().ShmLock(self._handle, byref(memory), byref(size), ms), timeout)
        return Lock(self, self._lender, memory.value, self.capacity, size.value)

    def flush(self) -> None:
        """Has the service bring a block's value to its file."""
        check(library().ShmFlush(self._handle))

    def _write(self, call: Callable[[int], Any], timeout: float | None) -> None:
        check(in_steps(call, _BUSY, Wait(timeout, self._interrupt)))

    # ---- calling a service, and serving it

    def call(self, request: Data, timeout: float | None = None) -> bytes:
        """Calls, and gives the answer. Raises ShmRefused; ShmTimeout where no server took the call in time, and
        none will; ShmError with SHM_E_UNANSWERED where one had taken it and did not answer in time, and with
        SHM_E_PEER_DIED where that one is gone. docs/calls.md says what a second try may assume."""
        wait = Wait(timeout, self._interrupt)
        begun = self._begin(request, wait)
        try:
            answer = begun._attempt(wait)
        except BaseException:
            begun._giving_up()
            raise
        if answer is not None:
            return answer
        raise begun._give_up_late()

    def begin_call(self, request: Data, timeout: float | None = None) -> Call:
        """Begins a call, for who has several under way. Waits only where there are as many as may be."""
        return self._begin(request, Wait(timeout, self._interrupt))

    def serve(self, timeout: float | None = None) -> Request:
        """Takes the next request, as a server of a service."""
        return self._when_readable(self._try_serve, timeout)

    def requests(self, timeout: float | None = None) -> Iterator[Request]:
        """All requests that come, until none has come within the timeout: with each of them as request."""
        try:
            while True:
                yield self.serve(timeout)
        except ShmTimeout:
            return

    def _begin(self, request: Data, wait: Wait) -> Call:
        memory, token = _memory_of(request), c_uint64()

        def begin(ms: int) -> int:
            return int(library().ShmCallBegin(self._handle, memory, len(memory), byref(token), ms))

        check(in_steps(begin, _BUSY, wait))
        return Call(self, token.value, self.capacity)

    def _try_serve(self) -> Request | None:
        room, size, token = self._room, c_size_t(), c_uint64()
        while True:
            status = library().ShmServe(self._handle, room, len(room), byref(size), byref(token), 0)
            if status == abi.SHM_E_EMPTY:
                return None
            if status != abi.SHM_E_BUFFER:
                check(status)
                return Request(self, token.value, ctypes.string_at(room, size.value))
            room = (c_char * size.value)()

    # ---- reading

    def read(self, timeout: float | None = None) -> Message:
        """Reads a message, or a block's value: at once if it is new, else when it changes, else the old one
        when the time is up."""
        return self._when_readable(self._try_read, timeout)

    def messages(self, timeout: float | None = None) -> Iterator[Message]:
        """All that comes, until nothing has come within the timeout."""
        try:
            while (message := self.read(timeout)).news != News.UNCHANGED:
                yield message
        except ShmTimeout:
            return

    def read_batch(self, limit: int = 1000, timeout: float | None = None) -> list[BatchMessage]:
        """Reads the messages that there are, up to limit (8192 at most) and as many as fit into 64 KiB; waits
        for the first only."""
        return self._when_readable(lambda: self._try_read_batch(limit), timeout)

    def peek(self, timeout: float | None = None) -> Peek:
        """Shows a message, or a block's value, where it lies: with channel.peek() as message. Waits as read
        does. One at a time: until it ends, read and peek raise SHM_E_STATE at once, in any thread."""
        return self._when_readable(self._try_peek, timeout)

    @property
    def wait_handle(self) -> int:
        """A HANDLE of an auto-reset event, set once when the channel becomes readable, and again only after a
        read has found nothing (or a block's unchanged value). Reads that wait take its signal: use one or the
        other."""
        handle = c_void_p()
        check(library().ShmGetWaitHandle(self._handle, byref(handle)))
        return handle.value or 0

    def notify_window(self, window: int | None, message: int, cookie: int = 0) -> None:
        """Has a window message posted when the channel becomes readable, as often as wait_handle is set, with
        wParam cookie and lParam handle. window: an HWND of this process; None ends it."""
        check(library().ShmNotifyWindow(self._handle, window, message, cookie))

    def _when_readable(self, attempt: Callable[[], Found | None], timeout: float | None) -> Found:
        """Tries until there is something new, or the time is up; then what is old will do."""
        wait = Wait(timeout, self._interrupt)
        while not self._reading.acquire(timeout=wait.step):
            wait.check()
            if wait.is_over:
                what = "another thread read through this channel until the time was up"
                raise error(abi.SHM_E_TIMEOUT, f"{what}; open one for each thread, or try again.")
        try:
            while True:
                if self._interrupt.is_closing:
                    raise error_of(abi.SHM_E_CLOSED)
                is_last = wait.is_over
                found = attempt()
                if found is not None and (is_last or not is_old(found)):
                    return found
                if is_last:
                    check(abi.SHM_E_EMPTY)
                if isinstance(found, Peek):
                    forget(found)
                wait.check()
                self._interrupt.wait_for(self.wait_handle, wait.step)
        finally:
            self._reading.release()

    def _try_read(self) -> Message | None:
        room, size = self._room, c_size_t()
        while True:
            status = library().ShmRead(self._handle, room, len(room), byref(size), 0)
            if status == abi.SHM_E_EMPTY:
                return None
            if status != abi.SHM_E_BUFFER:
                return Message(ctypes.string_at(room, size.value), News(check(status)))
            room = (c_char * size.value)()

    def _try_read_batch(self, limit: int) -> list[BatchMessage] | None:
        if limit < 1:
            raise ValueError(f"limit is {limit}; it must be 1 or more messages")
        limit = min(limit, _MOST)
        structs, count = (abi.ShmMessage * limit)(), c_uint32()
        structs[0].size = ctypes.sizeof(abi.ShmMessage)
        room = self._room
        while True:
            status = library().ShmReadBatch(self._handle, structs, limit, room, len(room), byref(count), 0)
            if status == abi.SHM_E_EMPTY:
                return None
            if status != abi.SHM_E_BUFFER:
                is_old = check(status) == abi.SHM_S_UNCHANGED
                return [BatchMessage.of(struct, is_old) for struct in structs[: count.value]]
            room = (c_char * structs[0].length)()

    def _try_peek(self) -> Peek | None:
        data, size = c_void_p(), c_size_t()
        status = library().ShmPeek(self._handle, byref(data), byref(size), 0)
        if status == abi.SHM_E_EMPTY:
            return None
        return Peek(self, self._lender, data.value, size.value, News(check(status)))


def list_channels() -> list[Info]:
    """The channels that this account may read or write."""
    count = c_uint32(32)
    while True:
        capacity = count.value
        infos = (abi.ShmInfoUtf8 * capacity)()
        infos[0].size = ctypes.sizeof(abi.ShmInfoUtf8)
        status = library().ShmListChannelsUtf8(infos, capacity, byref(count))
        if status != abi.SHM_E_BUFFER:
            check(status)
            return [Info.of(info) for info in infos[: count.value]]


def _close(handle: int, lender: Lender, interrupt: Interrupt, reading: threading.Lock) -> None:
    try:
        lender.close()
    except BufferError:  # at the program's end, which closes it
        return
    interrupt.set_closing()  # who waits, leaves; but a turn that an interrupt has left taken must not keep it open
    is_alone = reading.acquire(timeout=_PATIENCE)
    try:
        library().ShmClose(handle)
    finally:
        if is_alone:
            reading.release()


def forget(peek: Peek) -> None:
    try:
        peek.release()
    except ShmError as failure:
        if failure.status != abi.SHM_E_OVERTAKEN:  # which is nothing to those who have not looked at it
            raise


def is_old(found: Message | Peek | list[BatchMessage] | Request) -> bool:
    if isinstance(found, Request):
        return False
    first = found[0] if isinstance(found, list) else found
    return first.news == News.UNCHANGED


def _memory_of(data: Data) -> "bytes | ctypes.Array[ctypes.c_ubyte]":
    """What ctypes passes as the address of the data, without a copy if it can be had so."""
    if isinstance(data, bytes):
        return data
    view = memoryview(data).cast("B")
    return bytes(view) if view.readonly else (ctypes.c_ubyte * len(view)).from_buffer(view)
