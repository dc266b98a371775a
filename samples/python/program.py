"""What the programs share: their arguments, how they end, and what they say then."""

import argparse
import io
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from shmbroker import ShmError

EXIT_CODES = """\
Exit codes:
  0  done, also when Ctrl-C ended it
  1  another error
  2  wrong usage
  3  the service is not running
  4  no channel has this name
  5  access denied
  6  the time was up before anything was read or written"""

_EXIT_CODE_OF = {
    "SHM_E_NAME": 2,
    "SHM_E_NO_SERVICE": 3,
    "SHM_E_NOT_FOUND": 4,
    "SHM_E_ACCESS": 5,
    "SHM_E_TIMEOUT": 6,
    "SHM_E_EMPTY": 6,
    "SHM_E_FULL": 6,
}


_STEP = 0.2
_BYTE_ORDER_MARK = b"\xEF\xBB\xBF"


class Failure(Exception):
    """Ends the program with a message."""


class Parser(argparse.ArgumentParser):
    def __init__(self, name: str, description: str, note: str) -> None:
        super().__init__(
            prog=name,
            description=description,
            epilog=f"{note}\n\n{EXIT_CODES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"{self.prog}: {message}\nSee: {self.prog} --help\n")


def number(text: str) -> int:
    """The value of an option that takes a number."""
    if text.isascii() and text.isdigit() and int(text) <= 0xFFFFFFFF:
        return int(text)
    raise argparse.ArgumentTypeError(f"a number from 0 to 4294967295, not '{text}'")


def steps(timeout: float | None) -> Iterator[float]:
    """How long to wait each time until the time is up: Python looks for Ctrl-C only between two waits."""
    end = None if timeout is None else time.monotonic() + timeout
    while end is None or time.monotonic() < end:
        yield _STEP if end is None else min(_STEP, max(0.0, end - time.monotonic()))


class CtrlC:
    """While it is there, takes a note of Ctrl-C. A KeyboardInterrupt might come when a message has been taken and not
    been dealt with; only a second Ctrl-C raises it."""

    def __init__(self) -> None:
        self.is_pressed = False
        self._before: Any = None

    def __enter__(self) -> "CtrlC":
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, *signal_and_frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.is_pressed = True

    def steps(self, timeout: float | None) -> Iterator[float]:
        """How long to wait each time until the time is up, or Ctrl-C is pressed."""
        for seconds in steps(timeout):
            if self.is_pressed:
                return
            yield seconds


def lines() -> Iterator[str]:
    """The lines of the input, as messages."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        try:
            yield line.removesuffix(b"\n").removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            advice = "give it in UTF-8 (chcp 65001), or send it with --binary"
            raise Failure(f"line {number} of the input is not UTF-8; {advice}") from None


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(name: str, main: Callable[[], int]) -> int:
    """Runs a program to its end. In a file or a pipe, text is UTF-8 with LF; a console takes any."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8", newline="\n")
    try:
        return main()
    except ShmError as error:
        say(f"{name}: {error}")
        return _EXIT_CODE_OF.get(error.code, 1)
    except (Failure, OSError) as error:
        say(f"{name}: {error}")
        return 1
    except KeyboardInterrupt:
        return 0
