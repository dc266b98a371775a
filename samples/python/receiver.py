"""Reads messages from a channel, and writes them to its output."""

import argparse
import sys
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing import connection

from program import CtrlC, Parser, number, run, say
from shmbroker import Access, Channel, Message, News, ShmError, ShmTimeout
from window_notice import WindowNotice


def read_settings() -> argparse.Namespace:
    parser = Parser(
        "receiver",
        "Prints what comes through a ShmBroker channel, a line for each message.",
        "Text is expected as UTF-16LE and printed as UTF-8. News and errors go to stderr.",
    )
    add = parser.add_argument
    add("--channel", default="MapName", help="the channel's name (MapName)")
    add("--count", type=number, default=0, help="end after so many messages; otherwise go on until Ctrl-C")
    timeout_help = "end when nothing has come for so many milliseconds; 0: read what there is"
    add("--timeout", type=number, help=f"{timeout_help}. Otherwise wait for ever")
    notify_help = "how to wait: none (in the read itself), event (ShmGetWaitHandle), window (ShmNotifyWindow)"
    add("--notify", choices=["none", "event", "window"], default="none", help=notify_help)
    add("--binary", action="store_true", help="write the bytes of each message, and nothing between them")
    add("--next", action="store_true", help="begin with the next message, not with what the channel holds")
    add("--in-place", action="store_true", help="look at the messages where they lie, without a copy")
    return parser.parse_args()


class Receiver:
    def __init__(self, settings: argparse.Namespace, channel: Channel) -> None:
        self.settings = settings
        self.channel = channel
        self.received = 0
        self.timeout = None if settings.timeout is None else settings.timeout / 1000
        self.ctrl_c = CtrlC()

    def run(self) -> int:
        say(f"receiver: reading channel '{self.channel.name}'")
        with self.ctrl_c, ExitStack() as stack:
            is_time_up = not self.receive_all(self.notice(stack))
        say(f"receiver: messages read: {self.received}, lost: {self.channel.stats().lost}")
        return 6 if is_time_up and self.received == 0 else 0

    def notice(self, stack: ExitStack) -> Callable[[], bool]:
        """What waits until something was or can be read; it returns False when the time is up."""
        if self.settings.notify == "event":
            return self.wait_for_event
        if self.settings.notify == "window":
            window = stack.enter_context(WindowNotice(self.channel))
            return lambda: window.wait(self.ctrl_c.steps(self.timeout))
        return self.wait_in_read

    def wait_in_read(self) -> bool:
        return any(self.receive(seconds) for seconds in self.ctrl_c.steps(self.timeout))

    def wait_for_event(self) -> bool:
        for seconds in self.ctrl_c.steps(self.timeout):
            try:
                if connection.wait([self.channel.wait_handle], seconds):
                    return True
            except InterruptedError:  # by Ctrl-C
                pass
        return False

    def receive_all(self, notice: Callable[[], bool]) -> bool:
        """Returns False when the time is up."""
        while not self.ctrl_c.is_pressed and (self.settings.count == 0 or self.received < self.settings.count):
            if not self.receive(0) and not notice():
                return self.ctrl_c.is_pressed
        return True

    def receive(self, timeout: float) -> bool:
        """Returns False if there was nothing new."""
        try:
            message = self.read(timeout)
        except ShmTimeout:
            return False
        if message is not None and message.news == News.UNCHANGED:
            return False
        if message is not None:
            self.print(message)
        return True

    def read(self, timeout: float) -> Message | None:
        """Gives None if the message has been overwritten while it was looked at."""
        if not self.settings.in_place:
            return self.channel.read(timeout)
        try:
            with self.channel.peek(timeout) as peek:
                return Message(bytes(peek.memory), peek.news)  # what is printed must outlive the look
        except ShmError as error:
            if error.code == "SHM_E_OVERTAKEN":
                return None
            raise

    def print(self, message: Message) -> None:
        self.received += 1
        if message.news == News.LOST:
            say(f"receiver: messages before number {self.received} were lost")
        if message.news == News.REDELIVERED:
            reader = "a reader that died or gave it back, and may have acted on it"
            say(f"receiver: number {self.received} was taken before, by {reader}")
        if self.settings.binary:
            sys.stdout.buffer.write(message.data)
            sys.stdout.buffer.flush()
        else:
            print(message.data.decode("utf-16-le", errors="replace"), flush=True)


def main() -> int:
    settings = read_settings()
    with Channel(settings.channel, access=Access.READ, next=settings.next) as channel:
        return Receiver(settings, channel).run()


if __name__ == "__main__":
    sys.exit(run("receiver", main))
