"""The channel's own memory as a memoryview, without a copy. It ends with its with block."""

import ctypes
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from . import abi
from .errors import check
from .library import library
from .types import News

Self = TypeVar("Self", bound="Lent")


def view_of(address: int | None, size: int) -> memoryview:
    if not address or size == 0:
        return memoryview(bytearray())
    return memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")


class Lender:
    """Keeps what a channel has lent, which ends with the channel."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self._lent: set["Lent"] = set()

    def add(self, lent: "Lent") -> None:
        self._lent.add(lent)

    def has(self, lent: "Lent") -> bool:
        return lent in self._lent

    def take_back(self, lent: "Lent") -> None:
        self._lent.discard(lent)
        lent.memory.release()

    def close(self) -> None:
        for lent in list(self._lent):
            self.take_back(lent)


class Lent:
    """Memory that a channel has lent. Slices of it must not be used after its end."""

    def __init__(self, lender: Lender, memory: memoryview) -> None:
        self._lender = lender
        self.memory = memory
        lender.add(self)

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lender.has(self):
            self._drop()

    def _drop(self) -> None:
        raise NotImplementedError

    def _give_back(self, call: Callable[..., int], *arguments: int) -> None:
        status = call(self._lender.handle, *arguments)
        # Where the DLL refuses, it is still lent; with SHM_E_OVERTAKEN it has ended all the same.
        if status >= 0 or status == abi.SHM_E_OVERTAKEN:
            self._lender.take_back(self)
        check(status)


class Loan(Lent):
    """The memory of a message that is being written. There is no message unless it is committed."""

    def commit(self, size: int | None = None) -> None:
        """Publishes the first size bytes, or all."""
        self._give_back(library().ShmCommit, len(self.memory) if size is None else size)

    def _drop(self) -> None:
        self._give_back(library().ShmAbort)


class Lock(Lent):
    """The whole memory of a block. The old value stays unless a new one is published."""

    def __init__(self, lender: Lender, memory: memoryview, size: int) -> None:
        super().__init__(lender, memory)
        self.size = size  # bytes of the value that it began with

    def publish(self, size: int | None = None) -> None:
        """Publishes the first size bytes, or as many as the value had, as the new value."""
        self._give_back(library().ShmUnlock, self.size if size is None else size)

    def _drop(self) -> None:
        self._give_back(library().ShmUnlock, abi.SHM_KEEP)


class Peek(Lent):
    """A message where it lies. If it has been overwritten meanwhile, its end raises SHM_E_OVERTAKEN: discard
    then what was made of it."""

    def __init__(self, lender: Lender, memory: memoryview, news: News) -> None:
        super().__init__(lender, memory.toreadonly())
        self.news = news

    def release(self) -> None:
        """Gives it back before the end of the with block, and goes on to the next message."""
        self._give_back(library().ShmRelease)

    def _drop(self) -> None:
        self.release()
