"""The Python binding with a DLL that is none: what it lends, and what it says of errors."""

import ctypes
import errno
import gc
import os
import pathlib
import pickle
import sys
import tempfile
import types
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

    def ShmRead(self, handle, room, capacity, size, timeout) -> int:
        return abi.SHM_E_EMPTY

    def ShmReadBatch(self, handle, structs, limit, room, capacity, count, timeout) -> int:
        self.calls.append(("read batch", limit))
        return abi.SHM_E_EMPTY

    def ShmWrite(self, handle, data, size, timeout) -> int:
        return abi.SHM_E_TIMEOUT

    def ShmGetWaitHandle(self, handle, event) -> int:
        event._obj.value = 1
        return abi.SHM_OK

    def ShmSetCancelled(self, handle, cancelled) -> int:
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

    def test_ends_once_where_two_threads_end_it(self) -> None:
        channel = Channel("x")
        first = channel.loan(10)
        others = []

        def commit(handle: int, size: int) -> int:
            status = FakeDll.ShmCommit(self.dll, handle, size)
            others.append(channel.loan(10))  # by a third thread, before the first one is back from the DLL
            first.__exit__(None, None, None)  # by the second one
            return status

        with mock.patch.object(self.dll, "ShmCommit", commit):
            first.commit(4)
        self.assertEqual(self.dll.calls, [("commit", 4)])
        others[0].commit(5)
        self.assertEqual(self.dll.calls, [("commit", 4), ("commit", 5)])

    def test_that_the_dll_does_not_take_back_is_still_lent(self) -> None:
        channel = Channel("x")
        loan = channel.loan(10)
        with mock.patch.object(self.dll, "ShmCommit", lambda handle, size: abi.SHM_E_SIZE):
            self.assert_refused(abi.SHM_E_SIZE, lambda: loan.commit(11))
        self.assertEqual(bytes(loan.memory), VALUE)
        loan.commit()
        self.assertEqual(self.dll.calls, [("commit", 10)])

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


    def test_take_no_more_memory_than_they_can_use(self) -> None:
        channel = Channel("x")
        with self.assertRaises(ShmTimeout):
            channel.read_batch(10**9, timeout=0)
        self.assertEqual(self.dll.calls, [("read batch", 8192)])


class Waits(BindingTest):
    def setUp(self) -> None:
        super().setUp()
        self.channel = Channel("x")
        self.addCleanup(self.channel.close)

    def _cancel_and_reset(self, *ignored: object) -> int:
        self.channel.set_cancelled()
        self.channel.set_cancelled(False)
        return abi.SHM_E_TIMEOUT

    def test_are_cancelled_though_that_is_reset_at_once(self) -> None:
        with mock.patch.object(shmbroker.waiting.connection, "wait", self._cancel_and_reset):
            self.assert_refused(abi.SHM_E_CANCELLED, lambda: self.channel.read(5))
        with mock.patch.object(self.dll, "ShmWrite", self._cancel_and_reset):
            self.assert_refused(abi.SHM_E_CANCELLED, lambda: self.channel.write(b"", 5))
        with mock.patch.object(shmbroker.waiting.connection, "wait", lambda *wait: []):
            self.assert_refused(abi.SHM_E_EMPTY, lambda: self.channel.read(0.01))

    def test_for_another_thread_that_reads_are_no_news_of_the_channel(self) -> None:
        with self.channel._reading:
            for read in (self.channel.read, self.channel.peek, self.channel.read_batch):
                self.assert_refused(abi.SHM_E_TIMEOUT, lambda: read(timeout=0))
            self.assertEqual(list(self.channel.messages(0)), [])

    def test_have_a_timeout_that_is_one(self) -> None:
        for timeout in (float("nan"), -0.1, -float("inf")):
            for call in (self.channel.read, lambda timeout: self.channel.write(b"", timeout)):
                self.assertRaisesRegex(ValueError, "timeout is", call, timeout)
        self.assertRaises(TypeError, self.channel.read, "1")

    def test_for_the_service_have_one_too(self) -> None:
        for timeout in (float("nan"), -0.1, -1):
            with self.assertRaisesRegex(ValueError, f"open_timeout is {timeout}; it must be 0 or more"):
                Channel("x", open_timeout=timeout)
        for timeout, milliseconds in ((0, 1), (0.0001, 1), (2.5, 2500), (1e9, abi.SHM_TIMEOUT_MAX), (float("inf"), abi.SHM_TIMEOUT_MAX)):
            with mock.patch.object(self.dll, "ShmOpenUtf8", side_effect=self.dll.ShmOpenUtf8) as opened:
                Channel("x", open_timeout=timeout)
            self.assertEqual(opened.call_args.args[1]._obj.open_timeout_ms, milliseconds)

    def test_come_after_a_size_that_is_one(self) -> None:
        for size in (-1, 2**64):
            self.assertRaisesRegex(ValueError, "capacity is", Channel, "x", capacity=size)
            self.assertRaisesRegex(ValueError, "max_message is", Channel, "x", max_message=size)


@unittest.skipIf(sys.platform == "win32", "for other systems")
class OtherSystems(unittest.TestCase):
    def test_are_told_what_is_missing(self) -> None:
        for call in (lambda: Channel("x"), shmbroker.list_channels):
            self.assertRaisesRegex(OSError, "runs on Windows only", call)


class Library(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.script = self.folder / "script"
        self.python = self.folder / "python"
        self.installed = self.folder / "installed"
        for each in (self.script, self.python, self.installed, self.folder / "path"):
            each.mkdir()
        self.package = pathlib.Path(shmbroker.__file__).resolve().parent
        main = types.ModuleType("__main__")
        main.__file__ = str(self.script / "main.py")
        self.main = main
        for each in (
            mock.patch.dict("os.environ", PATH=os.pathsep.join((".", "", "bin", str(self.folder / "path")))),
            mock.patch.dict(sys.modules, {"__main__": main}),
            mock.patch.object(sys, "executable", str(self.python / "python.exe")),
            mock.patch.object(shmbroker.library, "_installed", lambda: self.installed),
        ):
            each.start()
            self.addCleanup(each.stop)

    def load(self) -> object:
        """What is loaded: the path, of a file that has text in it."""

        def fake(path: str) -> str:
            if not pathlib.Path(path).read_text():
                raise OSError("no DLL")
            return path

        with mock.patch.object(sys, "platform", "win32"), mock.patch.object(ctypes, "WinDLL", fake, create=True):
            with mock.patch.object(shmbroker.library.abi, "declare"):
                return shmbroker.library.library.__wrapped__()

    def test_is_looked_for_beside_the_program_in_the_package_and_where_it_is_installed(self) -> None:
        places = [self.script, self.python, self.package, self.installed]
        self.assertEqual(list(shmbroker.library._folders()), places)
        for place in (self.installed, self.python, self.script):
            dll = place / "shmclient.dll"
            dll.write_text("a DLL")
            self.assertEqual(self.load(), str(dll))

    def test_is_looked_for_beside_no_script_that_depends_on_the_current_folder(self) -> None:
        for name in ("-c", "", "-m", "main.py", None):
            self.main.__file__ = name
            with mock.patch.object(sys, "argv", [name or str(self.script / "given.txt")]):
                self.assertEqual(list(shmbroker.library._folders())[0], self.python, name)
        del self.main.__file__  # the console
        self.assertEqual(list(shmbroker.library._folders())[0], self.python)

    def test_is_looked_for_beside_an_archive(self) -> None:
        archive = self.script / "program.pyz"
        archive.touch()
        self.main.__file__ = str(archive / "__main__.py")
        self.assertEqual(list(shmbroker.library._folders())[0], self.script)

    def test_that_is_not_there_is_told_with_the_places(self) -> None:
        unfit = self.script / "shmclient.dll"
        unfit.touch()
        (self.folder / "path" / "shmclient.dll").write_text("a DLL")
        with self.assertRaises(OSError) as raised:
            self.load()
        self.assertIn(
            f"Python beside the program ({self.script}, {self.python}), in this package ({self.package}) or where ShmBroker "
            f"is installed ({self.installed}); install it, or put a copy beside the program ({unfit} can't be loaded: no DLL)",
            str(raised.exception),
        )

    def test_that_is_too_old_is_named(self) -> None:
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(sys, "platform", "win32"):
            dll = pathlib.Path(folder) / "shmclient.dll"
            dll.touch()
            with mock.patch.object(shmbroker.library, "_folders", lambda: [dll.parent]):
                with mock.patch.object(ctypes, "WinDLL", lambda path: object(), create=True):
                    load = shmbroker.library.library.__wrapped__
                    self.assertRaisesRegex(OSError, f"{dll} is older than this", load)


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

    def test_are_of_the_class_that_python_has_for_them(self) -> None:
        for status, kind, number in (
            (abi.SHM_E_NOT_FOUND, FileNotFoundError, errno.ENOENT),
            (abi.SHM_E_ACCESS, PermissionError, errno.EACCES),
            (abi.SHM_E_EMPTY, TimeoutError, errno.ETIMEDOUT),
            (abi.SHM_E_NO_SERVICE, OSError, None),
        ):
            failure = pickle.loads(pickle.dumps(errors.error(status, "says why")))
            self.assertIsInstance(failure, kind)
            self.assertEqual((failure.status, failure.errno, str(failure)), (status, number, "says why"))

    def test_tell_what_is_no_name(self) -> None:
        for name in ("\ud800", "a\0b"):
            self.assert_refused(abi.SHM_E_NAME, lambda: Channel(name))


if __name__ == "__main__":
    unittest.main()
