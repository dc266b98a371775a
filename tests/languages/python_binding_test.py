"""The Python binding with a DLL that is none: what it lends, and what it says of errors."""

import ctypes
import gc
import pathlib
import pickle
import sys
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bindings" / "python"))

import shmbroker  # noqa: E402
from shmbroker import Channel, ShmError, ShmTimeout, abi, errors  # noqa: E402
from shmbroker.channel import error_of  # noqa: E402

VALUE = b"as it lies"


class FakeDll:
    """One channel: a topic and a block at once, in which VALUE is always to be read."""

    def __init__(self) -> None:
        self.memory = ctypes.create_string_buffer(VALUE, 64)
        self.calls: list = []  # that end something
        self.lent: set = set()

    def _lend(self, kind: str) -> int:
        if kind in self.lent:
            return abi.SHM_E_STATE
        self.lent.add(kind)
        return abi.SHM_OK

    def _end(self, kind: str, *call: object) -> int:
        if kind not in self.lent:
            return abi.SHM_E_STATE
        self.lent.discard(kind)
        self.calls.append(call)
        return abi.SHM_OK

    def ShmOpenUtf8(self, name, options, handle) -> int:
        handle._obj.value = 7
        return abi.SHM_OK

    def ShmGetInfoUtf8(self, handle, info) -> int:
        info._obj.kind, info._obj.capacity, info._obj.name = abi.SHM_BLOCK, 64, b"x"
        return abi.SHM_OK

    def ShmPeek(self, handle, data, size, timeout) -> int:
        data._obj.value, size._obj.value = ctypes.addressof(self.memory), len(VALUE)
        return self._lend("peek")

    def ShmLoan(self, handle, size, memory, timeout) -> int:
        memory._obj.value = ctypes.addressof(self.memory)
        return self._lend("loan")

    def ShmLock(self, handle, memory, size, timeout) -> int:
        memory._obj.value, size._obj.value = ctypes.addressof(self.memory), len(VALUE)
        return self._lend("lock")

    def ShmRelease(self, handle) -> int:
        return self._end("peek", "release")

    def ShmAbort(self, handle) -> int:
        return self._end("loan", "abort")

    def ShmCommit(self, handle, size) -> int:
        return self._end("loan", "commit", size)

    def ShmUnlock(self, handle, size) -> int:
        return self._end("lock", "unlock", size)

    def ShmClose(self, handle) -> int:
        self.lent.clear()
        self.calls.append(("close",))
        return abi.SHM_OK

    def ShmLastErrorTextUtf8(self) -> bytes:
        return b""

    def ShmErrorTextUtf8(self, status) -> bytes:
        return b"the DLL's text"


class BindingTest(unittest.TestCase):
    def setUp(self) -> None:
        self.dll = FakeDll()
        for module in (shmbroker.channel, shmbroker.errors, shmbroker.in_place):
            self._patch(mock.patch.object(module, "library", lambda: self.dll))
        self._patch(mock.patch.object(ctypes, "WinDLL", mock.MagicMock(), create=True))  # kernel32
        self.addCleanup(gc.collect)  # what a test has left, while there is a DLL

    def _patch(self, patch) -> None:
        patch.start()
        self.addCleanup(patch.stop)

    def assert_refused(self, status: int, call) -> None:
        with self.assertRaises(ShmError) as raised:
            call()
        self.assertEqual(raised.exception.status, status)


class LentMemory(BindingTest):
    LENDING = (Channel.peek, lambda channel: channel.loan(10), Channel.lock)

    def test_ends_with_its_channel(self) -> None:
        for lend in self.LENDING:
            channel = Channel("x")
            memory = lend(channel).memory
            gc.collect()
            self.assertEqual(bytes(memory[:10]), VALUE)
            channel.close()
            self.assertRaises(ValueError, lambda: memory[0])

    def test_keeps_its_channel_from_being_forgotten(self) -> None:
        for lend in self.LENDING:
            self.dll.calls.clear()
            memory = lend(Channel("x")).memory
            part = memory[1:]
            del memory
            gc.collect()
            self.assertEqual(self.dll.calls, [])
            self.assertEqual(bytes(part[:9]), VALUE[1:])
            del part
            gc.collect()
            self.assertIn(("close",), self.dll.calls)

    def test_refuses_to_end_under_what_has_a_hold_on_it(self) -> None:
        for hold in (pickle.PickleBuffer, lambda memory: memory[2:], lambda memory: memory[2:].cast("b")):
            for lend in self.LENDING:
                self.dll.calls.clear()
                channel = Channel("x")
                lent = lend(channel)
                held = hold(lent.memory)
                before = bytes(held)
                self.assertRaises(BufferError, lambda: lent.__exit__(None, None, None))
                self.assertRaises(BufferError, channel.close)
                self.assertEqual(self.dll.calls, [])
                self.assertEqual(bytes(held), before)
                self.assertEqual(bytes(lent.memory[:10]), VALUE)
                held.release()
                lent.__exit__(None, None, None)
                channel.close()
                self.assertEqual(self.dll.calls[-1], ("close",))

    def test_of_which_one_part_is_held_all_stays(self) -> None:
        channel = Channel("x")
        loan, peek = channel.loan(10), channel.peek()
        part = peek.memory[1:]
        self.assertRaises(BufferError, channel.close)
        loan.memory[:4] = b"both"
        self.assertEqual(bytes(part[:3]), b"oth")
        part.release()
        channel.close()
        self.assertEqual(self.dll.calls, [("close",)])
        self.assert_refused(abi.SHM_E_CLOSED, lambda: channel.loan(10))

    def test_is_given_back_when_it_is_forgotten(self) -> None:
        channel = Channel("x")
        for lend, end in zip(self.LENDING, [("release",), ("abort",), ("unlock", abi.SHM_KEEP)]):
            lend(channel)
            gc.collect()
            self.assertEqual(self.dll.calls.pop(), end)
            with lend(channel) as again:  # which the DLL refuses while the other one is held
                self.assertEqual(bytes(again.memory[:10]), VALUE)
            self.dll.calls.clear()

    def test_that_has_ended_is_not_given_back_again(self) -> None:
        channel = Channel("x")
        loan = channel.loan(10)
        loan.commit(4)
        other = channel.loan(10)
        self.assert_refused(abi.SHM_E_STATE, loan.commit)
        del loan
        gc.collect()
        self.assertEqual(self.dll.calls, [("commit", 4)])
        other.commit()
        self.assertEqual(self.dll.calls, [("commit", 4), ("commit", 10)])

    def test_has_no_negative_size(self) -> None:
        channel = Channel("x")
        with channel.lock() as lock:
            self.assert_refused(abi.SHM_E_SIZE, lambda: lock.publish(-1))
            lock.publish(3)
        with channel.loan(10) as loan:
            self.assert_refused(abi.SHM_E_SIZE, lambda: loan.commit(-1))
        self.assertEqual(self.dll.calls, [("unlock", 3), ("abort",)])


class Batches(BindingTest):
    def test_have_room_for_a_message(self) -> None:
        for limit in (0, -1):
            with self.assertRaisesRegex(ValueError, f"limit is {limit}"):
                Channel("x").read_batch(limit)


class Package(unittest.TestCase):
    def test_says_that_it_has_types(self) -> None:
        self.assertTrue((pathlib.Path(shmbroker.__file__).parent / "py.typed").exists())


class Errors(BindingTest):
    def test_survive_a_pickle(self) -> None:
        failure = errors.error(abi.SHM_E_FULL, "no room; read some")
        failure.written = 3
        copy = pickle.loads(pickle.dumps(failure))
        self.assertIs(type(copy), ShmTimeout)
        self.assertEqual((copy.status, copy.code, copy.written), (abi.SHM_E_FULL, "SHM_E_FULL", 3))
        self.assertEqual(str(copy), "no room; read some")
        self.assertIs(type(pickle.loads(pickle.dumps(error_of(abi.SHM_E_STATE)))), ShmError)

    def test_tell_what_is_no_name(self) -> None:
        for name in ("\ud800", "a\0b"):
            self.assert_refused(abi.SHM_E_NAME, lambda: Channel(name))


if __name__ == "__main__":
    unittest.main()
