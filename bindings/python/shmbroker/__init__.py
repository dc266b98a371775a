"""ShmBroker: shared memory between Windows programs, by name.

    with shmbroker.Channel("ticks", access=shmbroker.Access.READ) as channel:
        for message in channel.messages():
            print(message.data)
"""

from .calls import Call, Caller, Request
from .channel import Channel, list_channels
from .errors import ShmAccessDenied, ShmError, ShmNotFound, ShmRefused, ShmTimeout
from .in_place import Loan, Lock, Peek
from .types import Access, BatchMessage, Info, Kind, Message, News, Stats, WhenFull
from .version import __version__

__all__ = [
    "Access",
    "BatchMessage",
    "Call",
    "Caller",
    "Channel",
    "Info",
    "Kind",
    "Loan",
    "Lock",
    "Message",
    "News",
    "Peek",
    "Request",
    "ShmAccessDenied",
    "ShmError",
    "ShmNotFound",
    "ShmRefused",
    "ShmTimeout",
    "Stats",
    "WhenFull",
    "__version__",
    "list_channels",
]
