import ctypes
import enum
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from . import abi


class Kind(enum.IntEnum):
    """What a channel is."""

    BLOCK = abi.SHM_BLOCK  # one value, the last one written wins
    TOPIC = abi.SHM_TOPIC  # every reader gets every message
    QUEUE = abi.SHM_QUEUE  # every message goes to exactly one reader
    SERVICE = abi.SHM_SERVICE  # a client calls, and one of its servers answers


class Access(enum.IntFlag):
    """Rights: READ, WRITE, or READ | WRITE; of a service CLIENT or SERVER."""

    READ = abi.SHM_READ
    WRITE = abi.SHM_WRITE
    CLIENT = abi.SHM_CLIENT
    SERVER = abi.SHM_SERVER


class WhenFull(enum.IntEnum):
    """What a topic's writer does where there is no room."""

    OVERWRITE = abi.SHM_OVERWRITE  # the oldest messages go; a reader that was too slow is told how many
    WAIT = abi.SHM_WAIT  # the writer waits for the slowest reader


class News(enum.IntEnum):
    """What comes with a message."""

    NONE = abi.SHM_OK
    UNCHANGED = abi.SHM_S_UNCHANGED  # of a block: this value has been read through this channel before
    LOST = abi.SHM_S_LOST  # messages before this one were lost to this slow reader; stats() counts them
    REDELIVERED = abi.SHM_S_REDELIVERED  # a reader that took it before died or gave it back


class Message(NamedTuple):
    """A message, or a block's value, with what comes with it."""

    data: bytes
    news: News


class BatchMessage(NamedTuple):
    """A message of a batch."""

    data: bytes
    news: News
    sequence: int  # its number in the channel, from 1
    date: datetime | None  # when it was written, if its writer says so

    @classmethod
    def of(cls, message: abi.ShmMessage, is_old: bool) -> "BatchMessage":
        data = ctypes.string_at(message.data or 0, message.length) if message.length else b""
        news = News.UNCHANGED if is_old else _NEWS.get(message.flags, News.NONE)
        return cls(data, news, message.sequence, _date_of(message.timestamp))


_NEWS = {abi.SHM_MESSAGE_LOST: News.LOST, abi.SHM_MESSAGE_REDELIVERED: News.REDELIVERED}


def _date_of(timestamp: int) -> datetime | None:
    """timestamp: in 100 nanoseconds since 1601."""
    start = datetime(1601, 1, 1, tzinfo=timezone.utc)
    return start + timedelta(microseconds=timestamp / 10) if timestamp else None


class Info(NamedTuple):
    """What a channel is, and who has it open."""

    name: str
    kind: Kind
    access: Access  # what this handle may do; in a list: what this account may do
    readers: int  # reading handles open now, in all processes
    writers: int  # writing handles open now, in all processes
    capacity: int  # bytes of payload that the channel holds
    max_message: int  # bytes of its largest message; of a block: its capacity
    creator: str  # SID of the account that created it; "": it is in the configuration, or this is of a list
    instance: int  # another number each time that the channel's memory is made; in a list: 0

    @classmethod
    def of(cls, info: abi.ShmInfoUtf8) -> "Info":
        name, kind, access = info.name.decode(), Kind(info.kind), Access(info.access)
        return cls(
            name,
            kind,
            access,
            info.readers,
            info.writers,
            info.capacity,
            info.max_message,
            info.creator.decode(),
            info.instance,
        )


class Stats(NamedTuple):
    """Counters since the channel was opened here, except for the channel's own."""

    sequence: int  # the channel's: number of the last message or value published
    recoveries: int  # the channel's: locks and loans taken back from processes that died
    written: int
    bytes_written: int
    read: int
    bytes_read: int
    lost: int  # messages overwritten before they were read here; of a block: values

    @classmethod
    def of(cls, stats: abi.ShmStats) -> "Stats":
        return cls(*(getattr(stats, name) for name in cls._fields))
