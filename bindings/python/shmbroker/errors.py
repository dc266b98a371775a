import errno

from . import abi
from .library import library


class ShmError(OSError):
    """A failed call. Its text says what happened, to which channel, and what to do. An OSError, as what the
    operating system refuses is; those that Python has a class for are of that class, too, and have its errno."""

    _errno = 0
    status: int
    code: str  # such as "SHM_E_ACCESS"

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        if self._errno:
            setattr(self, "errno", self._errno)  # whose type is OSError's
        self.status = status
        self.code = abi.STATUS_NAMES.get(status, "SHM_E_UNKNOWN")
        self.written: int | None = None  # of write_batch: messages published before the one that failed

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.status, str(self)), self.__dict__  # to and from another process


class ShmTimeout(ShmError, TimeoutError):
    """The time was up: no room to write, or another writer at work, or no answer from the service."""

    _errno = errno.ETIMEDOUT


class ShmRefused(ShmError):
    """The server refused the call."""

    refusal: int = 0  # its code, whatever that means to the two


class ShmAccessDenied(ShmError, PermissionError):
    """This account, or this channel as it was opened, lacks the right."""

    _errno = errno.EACCES


class ShmNotFound(ShmError, FileNotFoundError):
    """No channel has this name."""

    _errno = errno.ENOENT


_CLASSES: dict[int, type[ShmError]] = {
    abi.SHM_E_EMPTY: ShmTimeout,
    abi.SHM_E_FULL: ShmTimeout,
    abi.SHM_E_TIMEOUT: ShmTimeout,
    abi.SHM_E_ACCESS: ShmAccessDenied,
    abi.SHM_E_REFUSED: ShmRefused,
    abi.SHM_E_NOT_FOUND: ShmNotFound,
}


def check(status: int) -> int:
    """Gives back the status of the call that this thread has just made, unless it is an error."""
    if status >= 0:
        return status
    text = library().ShmLastErrorTextUtf8() or library().ShmErrorTextUtf8(status)
    failure = error(status, text.decode())
    if isinstance(failure, ShmRefused):
        failure.refusal = library().ShmLastRefusal()
    raise failure


def error_of(status: int) -> ShmError:
    """A failure that the DLL has not seen."""
    return error(status, library().ShmErrorTextUtf8(status).decode())


def error(status: int, text: str) -> ShmError:
    return _CLASSES.get(status, ShmError)(status, text)
