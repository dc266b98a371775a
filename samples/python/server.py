"""Answers the calls of a service with what was asked, and who has asked it."""

import argparse
import sys

from program import CtrlC, Parser, number, run, say
from shmbroker import Access, Channel, Kind, Request, ShmError, ShmTimeout

# Why it refuses: its own codes, for programs.
NOTHING_SAID = 1
TOO_MUCH_SAID = 2


def read_settings() -> argparse.Namespace:
    parser = Parser(
        "server",
        'Answers the calls of a ShmBroker service: TEXT with "TEXT, said process 1234".',
        "Text is UTF-16LE without a terminator. News and errors go to stderr.",
    )
    add = parser.add_argument
    add("--channel", default="Echo", help="the service's name (Echo)")
    add("--count", type=number, default=0, help="end after so many requests; otherwise go on until Ctrl-C")
    timeout_help = "end when nobody has called for so many milliseconds; 0: answer who calls now"
    add("--timeout", type=number, default=None, help=timeout_help)
    return parser.parse_args()


class Server:
    def __init__(self, settings: argparse.Namespace, channel: Channel) -> None:
        self.settings = settings
        self.channel = channel
        self.timeout = None if settings.timeout is None else settings.timeout / 1000
        self.taken = 0
        self.refused = 0
        self.ctrl_c = CtrlC()

    def run(self) -> int:
        say(f"server: serving channel '{self.channel.name}'")
        with self.ctrl_c:
            is_time_up = not self.answer_all()
        say(f"server: requests taken: {self.taken}, refused: {self.refused}")
        return 6 if is_time_up and self.taken == 0 else 0

    def answer_all(self) -> bool:
        """Returns False when the time is up."""
        while not self.ctrl_c.is_pressed and (self.settings.count == 0 or self.taken < self.settings.count):
            request = self.next_request()
            if request is None:
                return self.ctrl_c.is_pressed
            with request:
                self.answer(request)
            self.taken += 1
        return True

    def next_request(self) -> Request | None:
        for seconds in [0.0] if self.timeout == 0 else self.ctrl_c.steps(self.timeout):
            try:
                return self.channel.serve(seconds)
            except ShmTimeout:
                pass
        return None

    def answer(self, request: Request) -> None:
        if not request.data:
            return self.refuse(request, NOTHING_SAID, "say something")
        try:
            text = request.data.decode("utf-16-le", errors="replace")
            answer = f"{text}, said process {request.caller.pid}"
            request.answer(answer.encode("utf-16-le"))
        except ShmError as error:
            if error.code == "SHM_E_SIZE":
                self.refuse(request, TOO_MUCH_SAID, "say less")
            elif error.code != "SHM_E_STATE":  # who has asked is gone
                raise

    def refuse(self, request: Request, code: int, text: str) -> None:
        self.refused += 1
        request.refuse(code, text)


def main() -> int:
    settings = read_settings()
    with Channel(settings.channel, access=Access.SERVER, kind=Kind.SERVICE) as channel:
        return Server(settings, channel).run()


if __name__ == "__main__":
    sys.exit(run("server", main))
