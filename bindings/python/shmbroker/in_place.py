"""The channel's own memory as a memoryview, without a copy. It ends with its with block."""

import ctypes
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from . import abi
from .errors import ShmError, check, error, error_of
from .library import library
from .types import News

Self = TypeVar("Self", bound="Lent")


class Lender:
    """Knows what a channel has lent, which ends with the channel."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self._lock = threading.RLock()
        self._lent: weakref.WeakSet["Lent"] = weakref.WeakSet()
        self._is_closed = False

    def add(self, lent: "Lent") -> None:
        with self._lock:
            if self._is_closed:
                raise error_of(abi.SHM_E_CLOSED)
            self._lent.add(lent)

    def has(self, lent: "Lent") -> bool:
        return lent in self._lent

    def take(self, lent: "Lent") -> bool:
        """Ends the memory of something lent, which the caller then gives back; False: it has ended already. Only
        one thread gets it. If something still has a hold on the memory, BufferError is raised, and nothing has
        happened."""
        with self._lock:
            if not self.has(lent):
                return False
            lent.end_memory()
            self._lent.discard(lent)
            return True

    def put_back(self, lent: "Lent") -> None:
        """Of what was taken, and is lent all the same, if the channel has not been closed meanwhile."""
        with self._lock:
            if not self._is_closed:
                lent.show_memory()
                self._lent.add(lent)

    def close(self) -> None:
        """Lends no more, and ends the memory of what is lent. If something still has a hold on that, BufferError is
        raised, and all is as before."""
        with self._lock:
            ended: list["Lent"] = []
            try:
                for lent in list(self._lent):
                    lent.end_memory()
                    ended.append(lent)
            except BufferError:
                for lent in ended:
                    lent.show_memory()
                raise
            self._is_closed = True
            self._lent.clear()
        for lent in ended:
            lent.set_given_back()


class Lent:
    """Memory that a channel has lent. What was made of it without a copy, such as a slice or an array of another
    library, must be gone at its end: else BufferError is raised, nothing has been given back, and it can be tried
    again (memory is then another memoryview). What is forgotten, its memory too, is given back when Python's
    garbage collector finds it."""

    memory: memoryview

    def __init__(self, channel: object, lender: Lender, address: int | None, size: int) -> None:
        self._channel = channel  # a forgotten channel closes itself: not while this is in use
        self._lender = lender
        self._address = address
        self._size = size
        self.show_memory()
        self._when_forgotten = weakref.finalize(self, self._drop, lender.handle)
        self._when_forgotten.atexit = False  # then its channel is closed
        lender.add(self)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(self._drop)

    def show_memory(self) -> None:
        """Makes memory. All slices of it keep one array, by whose end their own is known."""
        kind = ctypes.c_ubyte * (self._size if self._address else 0)
        array = kind.from_address(self._address) if self._address else kind()
        # Whoever has the memory keeps this, and with it the channel: a forgotten one closes itself.
        setattr(array, "lent", self)
        self._array = weakref.ref(array)
        self.memory = self._view_of(array)

    def _view_of(self, array: "ctypes.Array[ctypes.c_ubyte]") -> memoryview:
        return memoryview(array).cast("B")

    def end_memory(self) -> None:
        """Raises BufferError if something has a hold on it."""
        self.memory.release()
        array = self._array()
        if array is not None:
            self.memory = self._view_of(array)
            raise BufferError(f"a slice of the memory of this {self._kind} is in use: release it first")

    def set_given_back(self) -> None:
        """Nothing is to be done any more when it is forgotten."""
        self._when_forgotten.detach()

    @property
    def _kind(self) -> str:
        return type(self).__name__.lower()

    @staticmethod
    def _drop(handle: int) -> Any:
        """The call that gives it back as if nothing had been done with it."""
        raise NotImplementedError

    def _give_back(self, call: Callable[..., int], *arguments: int) -> None:
        if not self._lender.has(self):
            raise self._ended()
        if any(argument < 0 for argument in arguments):
            raise error(abi.SHM_E_SIZE, f"{arguments[0]} is no size; give the number of bytes.")
        if not self._end(call, *arguments):
            raise self._ended()

    def _ended(self) -> ShmError:
        return error(abi.SHM_E_STATE, f"this {self._kind} has ended already; begin another one.")

    def _end(self, call: Callable[..., int], *arguments: int) -> bool:
        """Gives it back; False: it has ended already, and the channel may have lent another one since, to
        another thread. So it is taken before the DLL, which takes what is lent, whatever that is, is called."""
        if not self._lender.take(self):
            return False
        status = call(self._lender.handle, *arguments)
        # Where the DLL refuses, it is still lent; with SHM_E_OVERTAKEN it has ended all the same.
        if status < 0 and status != abi.SHM_E_OVERTAKEN:
            self._lender.put_back(self)
        else:
            self.set_given_back()
        check(status)
        return True


class Loan(Lent):
    """The memory of a message that is being written. There is no message unless it is committed."""

    def commit(self, size: int | None = None) -> None:
        """Publishes the first size bytes, or all."""
        self._give_back(library().ShmCommit, self._size if size is None else size)

    @staticmethod
    def _drop(handle: int) -> Any:
        return library().ShmAbort(handle)


class Lock(Lent):
    """The whole memory of a block. The old value stays unless a new one is published."""

    def __init__(self, channel: object, lender: Lender, address: int | None, room: int, size: int) -> None:
        super().__init__(channel, lender, address, room)
        self.size = size  # bytes of the value that it began with

    def publish(self, size: int | None = None) -> None:
        """Publishes the first size bytes, or as many as the value had, as the new value."""
        self._give_back(library().ShmUnlock, self.size if size is None else size)

    @staticmethod
    def _drop(handle: int) -> Any:
        return library().ShmUnlock(handle, abi.SHM_KEEP)


class Peek(Lent):
    """A message where it lies. If it has been overwritten meanwhile, its end raises SHM_E_OVERTAKEN: discard
    then what was made of it."""

    def __init__(self, channel: object, lender: Lender, address: int | None, size: int, news: News) -> None:
        super().__init__(channel, lender, address, size)
        self.news = news

    def release(self) -> None:
        """Gives it back before the end of the with block, and goes on to the next message."""
        self._give_back(self._drop)

    def _view_of(self, array: "ctypes.Array[ctypes.c_ubyte]") -> memoryview:
        return super()._view_of(array).toreadonly()

    @staticmethod
    def _drop(handle: int) -> Any:
        return library().ShmRelease(handle)
