"""Writes messages to a channel, from its command line or from its input."""

import argparse
import sys
import time
from collections.abc import Iterator

from program import Parser, lines, number, run
from shmbroker import Access, Channel, Kind


def read_settings() -> argparse.Namespace:
    parser = Parser(
        "sender",
        "Sends text, or the lines of its input, through a ShmBroker channel.",
        "Text is sent as UTF-16LE without a terminator.",
    )
    add = parser.add_argument
    text_help = "what to send; without it, every line of the input (UTF-8) is a message"
    add("text", nargs="?", metavar="TEXT", help=text_help)
    add("--channel", default="MapName", help="the channel's name (MapName)")
    add("--repeat", type=number, default=1, help="how often to send each message; 0: until Ctrl-C (1)")
    add("--interval", type=number, default=0, help="milliseconds between two messages (0)")
    timeout_help = "milliseconds to wait for room, or for another writer (5000)"
    add("--timeout", type=number, default=5000, help=timeout_help)
    add("--binary", action="store_true", help="send the whole input as one message of bytes")
    add("--in-place", action="store_true", help="fill the channel's memory, without a copy")
    settings = parser.parse_args()
    if settings.text is not None and settings.binary:
        parser.error("--binary takes its bytes from the input, not TEXT")
    return settings


def messages(channel: Channel, settings: argparse.Namespace) -> Iterator[bytes]:
    if settings.binary:
        yield sys.stdin.buffer.read(channel.max_message + 1)  # one more is enough to be told so
    elif settings.text is not None:
        yield settings.text.encode("utf-16-le", errors="surrogatepass")
    else:
        for line in lines():
            yield line.encode("utf-16-le")


def write_in_place(channel: Channel, message: bytes, timeout: float) -> None:
    size = len(message)
    if channel.kind == Kind.BLOCK:
        with channel.lock(timeout) as lock:
            if size <= len(lock.memory):  # or else publish() says what is wrong
                lock.memory[:size] = message
            lock.publish(size)
    else:
        with channel.loan(size, timeout) as loan:
            loan.memory[:] = message
            loan.commit()


def main() -> int:
    settings = read_settings()
    timeout = settings.timeout / 1000
    is_first = True
    with Channel(settings.channel, access=Access.WRITE) as channel:
        for message in messages(channel, settings):
            left = settings.repeat or -1
            while left != 0:
                if not is_first and settings.interval:
                    time.sleep(settings.interval / 1000)
                is_first = False
                if settings.in_place:
                    write_in_place(channel, message, timeout)
                else:
                    channel.write(message, timeout)
                left -= 1
    return 0


if __name__ == "__main__":
    sys.exit(run("sender", main))
