"""The binding with the DLL and the service, which must let this account create channels."""

import itertools
import pickle
import threading
import time
import unittest
from ctypes import WinDLL

from shmbroker import (
    Access,
    Channel,
    Kind,
    News,
    ShmError,
    ShmNotFound,
    ShmRefused,
    ShmTimeout,
    WhenFull,
    abi,
    list_channels,
)

PATIENCE = 20.0
_numbers = itertools.count(1)


class ChannelTest(unittest.TestCase):
    def create(self, kind: Kind = Kind.TOPIC, capacity: int = 64 * 1024, **options: object) -> Channel:
        if kind == Kind.TOPIC:
            options.setdefault("when_full", WhenFull.WAIT)
        name = f"python {next(_numbers)}"
        channel = Channel(name, create=True, kind=kind, capacity=capacity, **options)  # type: ignore[arg-type]
        self.addCleanup(channel.close)
        return channel

    def open(self, channel: Channel, access: Access) -> Channel:
        other = Channel(channel.name, access=access)
        self.addCleanup(other.close)
        return other

    def assert_fails(self, status: int, call, *arguments: object) -> None:
        with self.assertRaises(ShmError) as raised:
            call(*arguments)
        self.assertEqual(raised.exception.status, status)

    def start(self, body) -> threading.Thread:
        thread = threading.Thread(target=body)
        thread.start()
        self.addCleanup(thread.join)
        return thread


class Calls(ChannelTest):
    """Of the service "calls 0" of the configuration."""

    def setUp(self) -> None:
        self.server = Channel("calls 0", access=Access.SERVER, kind=Kind.SERVICE)
        self.addCleanup(self.server.close)
        self.client = Channel("calls 0", access=Access.CLIENT)
        self.addCleanup(self.client.close)

    def test_come_back_with_their_answers(self) -> None:
        def serve() -> None:
            for request in itertools.islice(self.server.requests(PATIENCE), 100):
                with request:
                    self.assertTrue(request.answer(request.data + b"!"))

        self.start(serve)
        for i in range(100):
            self.assertEqual(self.client.call(b"%d" % i, PATIENCE), b"%d!" % i)

    def test_go_to_a_service_that_a_program_creates(self) -> None:
        server = self.create(
            Kind.SERVICE, 0, access=Access.SERVER, max_message=10, max_calls=1, max_clients=2
        )
        self.assertEqual((server.max_message, server.capacity), (10, 4096))
        self.assert_fails(abi.SHM_E_MISMATCH, lambda: Channel(server.name, max_calls=2))
        self.assert_fails(abi.SHM_E_MISMATCH, lambda: Channel(server.name, max_clients=3))
        call = self.open(server, Access.CLIENT).begin_call(b"asked")
        with server.serve(PATIENCE) as request:
            request.answer(b"told")
        self.assertEqual(call.end(PATIENCE), b"told")

    def test_tell_whose_they_are(self) -> None:
        call = self.client.begin_call(b"who am I?")
        with self.server.serve(PATIENCE) as request:
            caller = request.caller
            self.assertEqual(caller.pid, WinDLL("kernel32").GetCurrentProcessId())
            self.assertEqual((caller.waits, caller.account[:4]), (True, "S-1-"))
            request.answer(b"you")
        self.assertEqual(call.end(PATIENCE), b"you")

    def test_may_be_several_and_end_in_any_order(self) -> None:
        calls = [self.client.begin_call(b"%d" % i) for i in range(16)]
        self.assertRaises(ShmTimeout, self.client.begin_call, b"too many", 0)
        requests = [self.server.serve(PATIENCE) for _ in calls]
        for request in reversed(requests):
            request.answer(request.data * 2)
        self.assertEqual([call.end(PATIENCE) for call in calls], [b"%d" % i * 2 for i in range(16)])

    def test_are_refused_with_code_and_text(self) -> None:
        call = self.client.begin_call(b"x")
        self.server.serve(PATIENCE).refuse(-7, "not t\u00f6day")
        with self.assertRaises(ShmRefused) as raised:
            call.end(PATIENCE)
        self.assertEqual(raised.exception.refusal, -7)
        self.assertIn("not t\u00f6day", str(raised.exception))

    def test_that_the_server_leaves_or_forgets_are_refused(self) -> None:
        first, second = self.client.begin_call(b"1"), self.client.begin_call(b"2")
        with self.server.serve(PATIENCE):
            pass
        self.assertRaises(ShmRefused, first.end, PATIENCE)
        self.server.serve(PATIENCE)  # which nobody keeps
        self.assertRaises(ShmRefused, second.end, PATIENCE)

    def test_that_nobody_answers_in_time_are_given_up(self) -> None:
        self.assert_fails(abi.SHM_E_TIMEOUT, self.client.call, b"nobody takes it", 0.05)
        self.assertRaises(ShmTimeout, self.server.serve, 0)
        call = self.client.begin_call(b"1")
        self.assertRaises(ShmTimeout, call.end, 0)
        request = self.server.serve(PATIENCE)
        self.assert_fails(abi.SHM_E_UNANSWERED, call.cancel)
        self.assertFalse(request.caller.waits)
        self.assertFalse(request.answer(b"too late"))

    def test_whose_answer_comes_as_the_time_is_up_are_not_said_to_be_untaken(self) -> None:
        call = self.client.begin_call(b"1")
        self.server.serve(PATIENCE).answer(b"!")
        self.assertEqual(call._give_up_late().status, abi.SHM_E_UNANSWERED)

    def test_that_are_forgotten_are_given_up(self) -> None:
        for _ in range(20):
            self.client.begin_call(b"nobody keeps it")
        self.assertRaises(ShmTimeout, self.server.serve, 0)

    def test_do_not_wait_for_a_server_where_their_channel_is_opened_so(self) -> None:
        self.server.close()
        with Channel("calls 0", access=Access.CLIENT, served=True) as hasty:
            self.assert_fails(abi.SHM_E_NO_SERVER, hasty.call, b"x", PATIENCE)

    def test_end_when_the_server_closes(self) -> None:
        call = self.client.begin_call(b"x")
        request = self.server.serve(PATIENCE)
        self.server.close()
        self.assert_fails(abi.SHM_E_PEER_DIED, call.end, PATIENCE)
        self.assertRaises(ShmError, request.answer, b"x")


class Messages(ChannelTest):
    def test_are_read_as_they_were_written(self) -> None:
        topic = self.create(capacity=1 << 20, max_message=300_000)
        messages = [bytes([i]) * size for i, size in enumerate((0, 1, 65_535, 65_536, 65_537, 300_000))]
        for message in messages:
            topic.write(message)
        self.assertEqual([topic.read(0).data for _ in messages], messages)
        self.assertRaises(ShmTimeout, topic.read, 0)

    def test_may_have_90_mib(self) -> None:
        size = 90 << 20
        queue = self.create(Kind.QUEUE, 200 << 20, max_message=size)
        with queue.loan(size) as loan:
            loan.memory[-3:] = b"end"
            loan.commit()
        data = queue.read(0).data
        self.assertEqual((len(data), data[-3:]), (size, b"end"))

    def test_of_a_batch_come_with_their_numbers(self) -> None:
        topic = self.create(timed=True)
        topic.write_batch([b"one", b"", b"three"])
        batch = topic.read_batch()
        self.assertEqual([(each.data, each.sequence) for each in batch], [(b"one", 1), (b"", 2), (b"three", 3)])
        self.assertLess(abs(time.time() - batch[0].date.timestamp()), 60)
        self.assertRaises(ValueError, topic.read_batch, 0)

    def test_come_to_who_waits(self) -> None:
        topic = self.create()
        reader = self.open(topic, Access.READ)
        read: list = []
        thread = self.start(lambda: read.append(reader.read(PATIENCE)))
        time.sleep(0.1)
        topic.write(b"late")
        thread.join()
        self.assertEqual(read[0].data, b"late")

    def test_of_many_threads_all_come(self) -> None:
        queue = self.create(Kind.QUEUE)
        count, readers = 200, 4
        read: list = []

        def receive() -> None:
            with Channel(queue.name, access=Access.READ) as channel:
                read.extend(message.data for message in channel.messages(2))

        def send(number: int) -> None:
            with Channel(queue.name, access=Access.WRITE) as channel:
                for i in range(count):
                    channel.write(b"%d %d" % (number, i), PATIENCE)

        threads = [self.start(receive) for _ in range(readers)]
        threads += [self.start(lambda number=number: send(number)) for number in range(readers)]
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(read), sorted(b"%d %d" % (n, i) for n in range(readers) for i in range(count)))

    def test_of_a_block_are_values(self) -> None:
        block = self.create(Kind.BLOCK, 512)
        with block.lock() as lock:
            lock.memory[:3] = b"new"
            lock.publish(3)
        self.assertEqual(block.read(0), (b"new", News.NONE))
        self.assertEqual(block.read(0), (b"new", News.UNCHANGED))


class Waits(ChannelTest):
    def test_end_when_the_time_is_up(self) -> None:
        topic = self.create()
        start = time.monotonic()
        self.assertRaises(ShmTimeout, topic.read, 0.3)
        self.assertGreaterEqual(time.monotonic() - start, 0.29)
        with self.assertRaisesRegex(ShmTimeout, "slowest reader"):
            while True:
                topic.write(bytes(1000), 0.1)

    def test_end_when_another_thread_closes(self) -> None:
        topic = self.create()
        reader = Channel(topic.name, access=Access.READ)
        thread = self.start(lambda: self.assert_fails(abi.SHM_E_CLOSED, reader.read))
        time.sleep(0.1)
        reader.close()
        thread.join(PATIENCE)
        self.assertFalse(thread.is_alive())

    def test_are_refused_from_a_cancel_until_it_is_reset(self) -> None:
        topic = self.create()
        full = self.create()
        with self.assertRaises(ShmTimeout):
            while True:
                full.write(bytes(1000), 0)
        failures: list = []

        def expect(call) -> None:
            try:
                call()
            except ShmError as failure:
                failures.append(failure.status)

        threads = [self.start(lambda: expect(topic.read)), self.start(lambda: expect(lambda: full.write(bytes(1000))))]
        time.sleep(0.1)
        for channel in (topic, full):
            channel.set_cancelled()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(failures, [abi.SHM_E_CANCELLED] * 2)
        self.assert_fails(abi.SHM_E_CANCELLED, topic.read)
        self.assert_fails(abi.SHM_E_CANCELLED, topic.peek)
        self.assert_fails(abi.SHM_E_CANCELLED, full.write, bytes(1000))
        topic.write(b"need not wait")
        self.assertEqual(topic.read().data, b"need not wait")
        topic.set_cancelled(False)
        self.assertRaises(ShmTimeout, topic.read, 0.05)

    def test_end_by_a_cancel_that_is_reset_at_once(self) -> None:
        topic = self.create()
        full = self.create()
        with self.assertRaises(ShmTimeout):
            while True:
                full.write(bytes(1000), 0)
        waits = [topic.read, lambda: full.write(bytes(1000))]
        threads = [self.start(lambda call=call: self.assert_fails(abi.SHM_E_CANCELLED, call)) for call in waits]
        time.sleep(0.3)
        for channel in (topic, full):
            channel.set_cancelled()
            channel.set_cancelled(False)
        for thread in threads:
            thread.join(PATIENCE)
            self.assertFalse(thread.is_alive())


class LentMemory(ChannelTest):
    def test_is_kept_by_its_slices_and_ends_with_them(self) -> None:
        topic = self.create()
        topic.write(b"as it lies")
        other = self.create()
        for channel, lent in ((topic, topic.peek()), (other, other.loan(10))):
            part = lent.memory[2:]
            self.assertRaises(BufferError, channel.close)
            self.assertEqual(len(bytes(part)), 8)
            part.release()
            channel.close()
            self.assertRaises(ValueError, lambda: part[0])
            self.assertRaises(ValueError, lambda: lent.memory[0])

    def test_of_a_forgotten_channel_stays_as_long_as_it_is_used(self) -> None:
        topic = self.create()
        topic.write(b"as it lies")
        part = Channel(topic.name, access=Access.READ).peek().memory[3:]
        self.assertEqual(bytes(part), b"it lies")

    def test_is_a_message_when_it_is_committed_and_only_then(self) -> None:
        topic = self.create()
        with topic.loan(8) as loan:
            loan.memory[:4] = b"lent"
            loan.commit(4)
        with topic.loan(8):
            pass
        self.assertEqual(topic.read(0).data, b"lent")
        self.assertRaises(ShmTimeout, topic.read, 0)
        self.assert_fails(abi.SHM_E_STATE, loan.commit)

    def test_that_is_lent_keeps_other_threads_from_writing(self) -> None:
        topic = self.create()
        with topic.loan(8) as loan:
            self.start(lambda: self.assert_fails(abi.SHM_E_STATE, topic.write, b"x")).join()
            with Channel(topic.name, access=Access.WRITE) as other:
                other.write(b"behind it")
            loan.commit(0)
        self.assertEqual([topic.read(0).data, topic.read(0).data], [b"", b"behind it"])

    def test_is_ended_once_by_threads_that_race(self) -> None:
        topic = self.create(when_full=WhenFull.OVERWRITE)
        for _ in range(200):
            loan = topic.loan(8)
            others = [self.start(lambda: loan.__exit__(None, None, None)) for _ in range(2)]
            try:
                loan.commit()
            except ShmError as failure:
                self.assertEqual(failure.status, abi.SHM_E_STATE)
                for other in others:  # one of them is about to end it
                    other.join()
            with topic.loan(8) as next_one:
                for other in others:
                    other.join()
                next_one.commit()


class Many(ChannelTest):
    def test_channels_can_be_open(self) -> None:
        topics = [self.create(capacity=4096) for _ in range(200)]
        for topic in topics:
            topic.write(topic.name.encode())
        self.assertEqual([topic.read(0).data.decode() for topic in topics], [topic.name for topic in topics])
        self.assertLessEqual({topic.name for topic in topics}, {info.name for info in list_channels()})


class Errors(ChannelTest):
    def test_say_what_is_wrong_here_and_elsewhere(self) -> None:
        with self.assertRaisesRegex(ShmNotFound, "'nowhere'") as raised:
            Channel("nowhere")
        copy = pickle.loads(pickle.dumps(raised.exception))
        self.assertEqual((copy.code, str(copy)), ("SHM_E_NOT_FOUND", str(raised.exception)))
        self.assert_fails(abi.SHM_E_KIND, self.create().lock)


if __name__ == "__main__":
    unittest.main()
