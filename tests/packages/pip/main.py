"""A program of a stranger: with the package that pip has installed beside it, and the DLL that came with that."""

import pathlib

import shmbroker
from shmbroker import Access, Channel, Kind, ShmNotFound

here = pathlib.Path(__file__).resolve().parent
assert pathlib.Path(shmbroker.__file__).parent == here / "shmbroker", shmbroker.__file__
try:
    Channel("nowhere", access=Access.READ)
    raise AssertionError("there is a channel 'nowhere'")
except ShmNotFound as failure:
    print(failure)
with Channel("consumer", access=Access.WRITE, create=True, kind=Kind.QUEUE, capacity=4096) as writer:
    with Channel("consumer", access=Access.READ) as reader:
        writer.write(b"Hello")
        message = reader.read(timeout=60)
        print(message.data.decode(), message.news.name)
        assert message.data == b"Hello"
print("1 passed, 0 failed")
