"""The binding for asyncio with the DLL and the service, which must let this account create channels."""

import asyncio
import gc
import itertools
import threading
import time
import unittest

from shmbroker import Access, Channel, Kind, ShmError, ShmRefused, ShmTimeout, WhenFull, abi
from shmbroker.aio import AsyncChannel

PATIENCE = 20.0
_numbers = itertools.count(1)


class AsyncTest(unittest.IsolatedAsyncioTestCase):
    async def create(self, kind: Kind = Kind.TOPIC, capacity: int = 64 * 1024) -> AsyncChannel:
        when_full = WhenFull.WAIT if kind == Kind.TOPIC else None
        name = f"aio {next(_numbers)}"
        channel = await AsyncChannel.open(name, create=True, kind=kind, capacity=capacity, when_full=when_full)
        self.addAsyncCleanup(channel.close)
        return channel

    async def open(self, channel: AsyncChannel, access: Access = Access.READ) -> AsyncChannel:
        other = await AsyncChannel.open(channel.name, access=access)
        self.addAsyncCleanup(other.close)
        return other

    async def assert_fails(self, status: int, awaitable) -> None:
        with self.assertRaises(ShmError) as raised:
            await asyncio.wait_for(awaitable, PATIENCE)
        self.assertEqual(raised.exception.status, status)

    async def fill(self, channel: AsyncChannel) -> int:
        for count in itertools.count():
            try:
                await channel.write(bytes(1000), 0)
            except ShmTimeout:
                return count
        raise AssertionError


class Calls(AsyncTest):
    """Of the service "calls 0" of the configuration."""

    async def asyncSetUp(self) -> None:
        self.server = await AsyncChannel.open("calls 0", access=Access.SERVER)
        self.addAsyncCleanup(self.server.close)
        self.client = await AsyncChannel.open("calls 0", access=Access.CLIENT)
        self.addAsyncCleanup(self.client.close)

    async def test_of_many_tasks_come_back_to_each(self) -> None:
        async def serve() -> None:
            count = 0
            async for request in self.server.requests(PATIENCE):
                with request:
                    request.answer(request.data + b"!")
                count += 1
                if count == 40:
                    return

        server = asyncio.create_task(serve())
        calls = [self.client.call(b"%d" % i, PATIENCE) for i in range(40)]  # 16 at once: the others wait for room
        self.assertEqual(await asyncio.gather(*calls), [b"%d!" % i for i in range(40)])
        await server

    async def test_are_refused(self) -> None:
        call = asyncio.create_task(self.client.call(b"x", PATIENCE))
        (await self.server.serve(PATIENCE)).refuse(3, "no")
        with self.assertRaises(ShmRefused) as raised:
            await call
        self.assertEqual(raised.exception.refusal, 3)

    async def test_are_given_up_by_a_task_that_is_cancelled_and_when_the_time_is_up(self) -> None:
        await self.assert_fails(abi.SHM_E_TIMEOUT, self.client.call(b"x", 0.05))
        call = asyncio.create_task(self.client.call(b"x", PATIENCE))
        await asyncio.sleep(0.05)
        call.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await call
        with self.assertRaises(ShmTimeout):
            await self.server.serve(0)


class Reads(AsyncTest):
    async def test_wait_while_the_loop_turns(self) -> None:
        topic = await self.create()
        reader = await self.open(topic)
        reading = asyncio.create_task(reader.read())
        turns = 0
        for turns in range(20):
            await asyncio.sleep(0.005)
        self.assertFalse(reading.done())
        with Channel(topic.name, access=Access.WRITE) as writer:
            threading.Thread(target=writer.write, args=(b"late",)).start()
            message = await asyncio.wait_for(reading, PATIENCE)
        self.assertEqual((message.data, turns), (b"late", 19))

    async def test_come_one_after_the_other_by_async_for(self) -> None:
        topic = await self.create()
        reader = await self.open(topic)

        async def write() -> None:
            for i in range(50):
                await topic.write(str(i).encode())
                await asyncio.sleep(0.001 * (i % 3))

        writing = asyncio.create_task(write())
        read = []
        async for message in reader:
            read.append(int(message.data))
            if len(read) == 50:
                break
        await writing
        self.assertEqual(read, list(range(50)))
        self.assertEqual([message async for message in reader.messages(0.05)], [])

    async def test_end_when_the_time_is_up(self) -> None:
        topic = await self.create()
        start = time.monotonic()
        with self.assertRaises(ShmTimeout):
            await topic.read(0.2)
        self.assertGreaterEqual(time.monotonic() - start, 0.19)
        with self.assertRaises(ShmTimeout):
            await topic.peek(0)
        with self.assertRaises(ValueError):
            await topic.read(float("nan"))

    async def test_that_are_cancelled_lose_no_message(self) -> None:
        topic = await self.create()
        reader = await self.open(topic)
        read: list = []
        for i in range(100):
            reading = asyncio.create_task(reader.read())
            for _ in range(i % 4):
                await asyncio.sleep(0)
            if i % 3 == 0:
                await topic.write(str(i).encode())
            reading.cancel()
            try:
                read.append((await reading).data)
            except asyncio.CancelledError:
                pass
        read += [message.data async for message in reader.messages(0.05)]
        self.assertEqual(read, [str(i).encode() for i in range(0, 100, 3)])

    async def test_of_many_channels_take_few_threads(self) -> None:
        before = threading.active_count()
        writers = [await self.create(capacity=4096) for _ in range(5)]
        readers = [await self.open(writer) for writer in writers for _ in range(30)]
        tasks = [asyncio.create_task(reader.read()) for reader in readers]
        await asyncio.sleep(0.3)
        pool = [thread for thread in threading.enumerate() if thread.name.startswith("asyncio_")]
        self.assertLessEqual(threading.active_count() - before - len(pool), 3)  # 62 events for a thread
        for writer in writers:
            await writer.write(writer.name.encode())
        messages = await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)
        self.assertEqual([each.data.decode() for each in messages], [reader.name for reader in readers])

    async def test_of_many_tasks_get_each_a_message(self) -> None:
        queue = await self.create(Kind.QUEUE)
        tasks = [asyncio.create_task(queue.read()) for _ in range(50)]
        await asyncio.sleep(0.05)
        for i in range(50):
            await queue.write(str(i).encode())
        messages = await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)
        self.assertEqual(sorted(int(each.data) for each in messages), list(range(50)))

    async def test_of_a_block_wait_for_a_new_value(self) -> None:
        block = await self.create(Kind.BLOCK, 64)
        await block.write(b"old")
        self.assertEqual((await block.read()).data, b"old")
        self.assertEqual((await block.read(0.05)).news.name, "UNCHANGED")
        reading = asyncio.create_task(block.read())
        await asyncio.sleep(0.05)
        with await block.lock() as lock:
            lock.memory[:3] = b"new"
            lock.publish(3)
        self.assertEqual((await asyncio.wait_for(reading, PATIENCE)).data, b"new")


class Writes(AsyncTest):
    async def test_wait_for_room_in_their_order(self) -> None:
        topic = await self.create()
        before = await self.fill(topic)
        writing = [asyncio.create_task(topic.write(bytes([i]) * 1000)) for i in range(3)]
        await asyncio.sleep(0.05)
        await self.assert_fails(abi.SHM_E_TIMEOUT, topic.write(b"x", 0.05))
        for _ in range(before):
            await topic.read()
        await asyncio.wait_for(asyncio.gather(*writing), PATIENCE)
        self.assertEqual([(await topic.read()).data[0] for _ in range(3)], [0, 1, 2])

    async def test_that_are_cancelled_write_nothing_and_let_others_go_on(self) -> None:
        topic = await self.create()
        before = await self.fill(topic)
        first, second = (asyncio.create_task(topic.write(name)) for name in (bytes(1000), b"second"))
        await asyncio.sleep(0.05)
        first.cancel()
        for _ in range(before):
            await topic.read()
        await asyncio.wait_for(second, PATIENCE)
        self.assertEqual((await topic.read()).data, b"second")

    async def test_of_a_batch_tell_how_many(self) -> None:
        topic = await self.create()
        with self.assertRaises(ShmTimeout) as raised:
            await topic.write_batch([bytes(1000)] * 100, 0.05)
        self.assertEqual(raised.exception.written, topic.stats().written)
        self.assertEqual(len(await topic.read_batch()), raised.exception.written)

    async def test_are_lent(self) -> None:
        topic = await self.create()
        with await topic.loan(8) as loan:
            loan.memory[:4] = b"lent"
            await self.assert_fails(abi.SHM_E_STATE, topic.write(b"x"))
            loan.commit(4)
        with await topic.peek() as peek:
            self.assertEqual(bytes(peek.memory), b"lent")


class Ends(AsyncTest):
    async def test_of_a_channel_end_what_waits(self) -> None:
        topic, full = await self.create(), await self.create()
        await self.fill(full)
        waits = [asyncio.create_task(topic.read()), asyncio.create_task(full.write(bytes(1000)))]
        await asyncio.sleep(0.05)
        await asyncio.gather(topic.close(), full.close())
        for wait in waits:
            await self.assert_fails(abi.SHM_E_CLOSED, wait)
        await self.assert_fails(abi.SHM_E_CLOSED, topic.read())

    async def test_come_to_a_channel_that_is_forgotten(self) -> None:
        topic = await self.create()
        forgotten = await AsyncChannel.open(topic.name, access=Access.READ)
        with self.assertRaises(ShmTimeout):
            await forgotten.read(0.01)
        self.assertEqual(topic.info().readers, 2)
        del forgotten
        for end in itertools.repeat(time.monotonic() + PATIENCE):
            gc.collect()
            if topic.info().readers == 1:
                break
            self.assertLess(time.monotonic(), end)
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
