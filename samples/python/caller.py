"""Calls a service with what its command line or its input says, and prints the answers."""

import argparse
import sys
from collections.abc import Iterator

from program import Parser, lines, number, run
from shmbroker import Access, Channel, Kind


def read_settings() -> argparse.Namespace:
    parser = Parser(
        "caller",
        "Calls a ShmBroker service with a text, or with the lines of its input, and prints each answer.",
        "Text is sent and expected as UTF-16LE without a terminator.",
    )
    add = parser.add_argument
    text_help = "what to call with; without it, every line of the input (UTF-8) is a request"
    add("text", nargs="?", metavar="TEXT", help=text_help)
    add("--channel", default="Echo", help="the service's name (Echo)")
    add("--repeat", type=number, default=1, help="how often to call with each text; 0: until Ctrl-C (1)")
    add("--timeout", type=number, default=5000, help="milliseconds to wait for an answer (5000)")
    return parser.parse_args()


def requests(settings: argparse.Namespace) -> Iterator[bytes]:
    if settings.text is not None:
        yield settings.text.encode("utf-16-le", errors="surrogatepass")
    else:
        for line in lines():
            yield line.encode("utf-16-le")


def main() -> int:
    settings = read_settings()
    with Channel(settings.channel, access=Access.CLIENT, kind=Kind.SERVICE) as channel:
        for request in requests(settings):
            left = settings.repeat or -1
            while left != 0:
                # A program that acts on why the server refused catches ShmRefused, and looks at its refusal.
                answer = channel.call(request, settings.timeout / 1000)
                print(answer.decode("utf-16-le", errors="replace"), flush=True)
                left -= 1
    return 0


if __name__ == "__main__":
    sys.exit(run("caller", main))
