"""calls.py CHANNEL COUNT: what a write and a read of 64 bytes cost through the Python binding. It writes and reads a topic
by turns, a thousand messages each time, and checks every one of them. Then it makes round trips for the benchmark to
measure, which answers on CHANNEL.answer what it is asked on CHANNEL.ask."""

import sys
from time import perf_counter_ns

from shmbroker import Access, Channel

TURN = 1000
SIZE = 64


def message_of(number: int) -> bytes:
    return number.to_bytes(8, "little") + bytes([number % 251]) * (SIZE - 8)


def round_trips(name: str, count: int) -> None:
    with Channel(name + ".ask", access=Access.WRITE) as ask:
        with Channel(name + ".answer", access=Access.READ, next=True) as answer:
            for number in range(count):
                question = message_of(number)
                ask.write(question)
                if answer.read().data != question:
                    raise RuntimeError(f"question {number} was not answered with itself")


def main(name: str, count: int) -> None:
    writing = reading = done = 0
    with Channel(name, access=Access.WRITE) as writer, Channel(name, access=Access.READ, next=True) as reader:
        while done < count:
            sent = [message_of(number) for number in range(done, done + TURN)]
            start = perf_counter_ns()
            for message in sent:
                writer.write(message)
            middle = perf_counter_ns()
            received = [reader.read(timeout=0) for _ in sent]
            reading += perf_counter_ns() - middle
            writing += middle - start
            if [message.data for message in received] != sent:
                raise RuntimeError("what was read is not what was written")
            done += TURN
    round_trips(name, count // 100)
    print(f"write {writing // done} read {reading // done}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: calls.py CHANNEL COUNT")
    main(sys.argv[1], int(sys.argv[2]))
