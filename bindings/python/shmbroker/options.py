"""What callers ask for, checked: ctypes would cut a number that is too large, and take a negative one for a
large one."""

import ctypes
import math

from . import abi
from .errors import error
from .types import Access, Kind, WhenFull

_LONGEST = abi.SHM_TIMEOUT_MAX  # milliseconds
_LARGEST = 2**64 - 1  # bytes


def name_of(name: str) -> bytes:
    if "\0" in name:
        raise error(abi.SHM_E_NAME, f"{name!r} can't be a channel's name: it has a control character")
    try:
        return name.encode()
    except UnicodeEncodeError:
        text = f"{name!r} can't be a channel's name: it has half a surrogate pair"
        raise error(abi.SHM_E_NAME, text) from None


def options_of(
    *,
    access: Access,
    kind: Kind | None,
    flags: dict[int, bool],
    capacity: int,
    max_message: int,
    when_full: WhenFull | None,
    max_calls: int,
    max_clients: int,
    open_timeout: float,
) -> abi.ShmOptions:
    return abi.ShmOptions(
        size=ctypes.sizeof(abi.ShmOptions),
        access=access,
        kind=kind or 0,
        flags=sum(flag for flag, is_set in flags.items() if is_set),
        open_timeout_ms=_milliseconds(open_timeout),
        capacity=_bytes("capacity", capacity),
        max_message=_bytes("max_message", max_message),
        when_full=when_full or 0,
        max_calls=_number("max_calls", max_calls),
        max_clients=_number("max_clients", max_clients),
    )


def _milliseconds(open_timeout: float) -> int:
    if not open_timeout >= 0:  # nor is NaN
        raise ValueError(f"open_timeout is {open_timeout}; it must be 0 or more seconds")
    return _LONGEST if open_timeout * 1000 > _LONGEST else max(1, math.ceil(open_timeout * 1000))  # 0: the default


def _bytes(what: str, size: int) -> int:
    if not 0 <= size <= _LARGEST:
        raise ValueError(f"{what} is {size}; it must be from 0 to {_LARGEST} bytes")
    return size


def _number(what: str, number: int) -> int:
    if not 0 <= number <= 0xFFFFFFFF:
        raise ValueError(f"{what} is {number}; it must be from 0 to {0xFFFFFFFF}")
    return number
