using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    [Collection("one at a time")]
    public sealed class AsyncReadingTest : IDisposable
    {
        private readonly ShmChannel reader;
        private readonly ShmChannel writer;

        public AsyncReadingTest()
        {
            string name = NewName();
            reader = Open(name, ShmAccess.Read);
            writer = Open(name, ShmAccess.Write);
        }

        public void Dispose()
        {
            reader.Dispose();
            writer.Dispose();
        }

        [Fact]
        public async Task WaitsForAMessage()
        {
            ValueTask<ShmMessage> reading = reader.ReadAsync();
            await Task.Delay(AWhile);
            Assert.False(reading.IsCompleted);
            writer.Write(Bytes("x"));
            Assert.Equal("x", Text(await reading.AsTask().WaitAsync(Patience)));
            writer.Write(Bytes("y"));
            reading = reader.ReadAsync();
            Assert.True(reading.IsCompleted, "what is there needs no wait");
            Assert.Equal("y", Text(await reading));
        }

        [Fact]
        public async Task SaysThatNothingCame()
        {
            Assert.Null(await reader.TryReadAsync(TimeSpan.Zero));
            Assert.Null(await reader.TryReadAsync(AWhile));
            AssertStatus(ShmStatus.Empty, await Record.ExceptionAsync(async () => await reader.ReadAsync(AWhile)));
            Assert.Empty(await reader.ReadBatchAsync(10, AWhile));
        }

        [Fact]
        public async Task GivesEachReadItsMessage()
        {
            Task<ShmMessage>[] reading = Enumerable.Range(0, 10).Select(i => reader.ReadAsync().AsTask()).ToArray();
            for (int i = 0; i < 10; i++) writer.Write(new[] { (byte)i });
            ShmMessage[] messages = await Task.WhenAll(reading).WaitAsync(Patience);
            Assert.Equal(Enumerable.Range(0, 10), messages.Select(message => (int)message.Data[0]).Order());
        }

        [Fact]
        public async Task WaitsBehindAThreadThatReads()
        {
            string? read = null;
            Func<Exception?> thread = StartReading(reader, message => read = Text(message));
            Task<ShmMessage> reading = reader.ReadAsync().AsTask();
            await Task.Delay(AWhile);
            Assert.False(reading.IsCompleted);
            writer.Write(Bytes("first"));
            Assert.Null(thread());
            Assert.Equal("first", read);
            Assert.False(reading.IsCompleted);
            writer.Write(Bytes("second"));
            Assert.Equal("second", Text(await reading.WaitAsync(Patience)));
        }

        [Fact]
        public async Task TakesTurnsWithReadsThatWaitOnAThread()
        {
            for (int i = 0; i < 20; i++)
            {
                Task<ShmMessage> reading = reader.ReadAsync().AsTask();
                writer.Write(Bytes("without"));
                Assert.Equal("without", Text(await reading.WaitAsync(Patience)));
                string? read = null;
                Func<Exception?> thread = StartReading(reader, message => read = Text(message));
                Thread.Sleep(1);
                writer.Write(Bytes("with"));
                Assert.Null(thread());
                Assert.Equal("with", read);
            }
        }

        // The channel's event wakes one. Where the pool has its signal, and nobody waits there any more, it has to be
        // handed on.
        [Fact]
        public async Task LosesNoSignalWhenAThreadReadsNext()
        {
            for (int i = 0; i < 1000; i++)
            {
                Task<ShmMessage> reading = reader.ReadAsync().AsTask();
                writer.Write(Bytes("without"));
                await reading.WaitAsync(Patience);
                int delay = i % 100 * 20;
                Func<Exception?> writing = Start(() =>
                {
                    Thread.SpinWait(delay);
                    writer.Write(Bytes("with"));
                });
                var clock = Stopwatch.StartNew();
                Assert.Equal("with", Text(reader.Read(Patience)));
                Assert.True(clock.Elapsed < Patience / 2, $"read {i} was not woken");
                Assert.Null(writing());
            }
        }

        // An error of Windows, as any other.
        [Fact]
        public void SaysWhatWindowsRefused()
        {
            Exception? failure = Record.Exception(() => new ChannelEvent(new IntPtr(0x7FFF0)));
            AssertStatus(ShmStatus.System, failure);
            Assert.Contains("Windows error 6", failure!.Message);
        }

        [Fact]
        public async Task EndsByItsTokenAlone()
        {
            Func<Exception?> thread = StartReading(reader);
            using var source = new CancellationTokenSource();
            Task<ShmMessage> behind = reader.ReadAsync(source.Token).AsTask();
            source.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => behind.WaitAsync(Patience));
            Assert.True(behind.IsCanceled);
            writer.Write(Bytes("x"));
            Assert.Null(thread());

            using var second = new CancellationTokenSource();
            Task<ShmMessage> waiting = reader.ReadAsync(second.Token).AsTask();
            Task<ShmMessage> other = reader.ReadAsync().AsTask();
            second.CancelAfter(AWhile);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
            writer.Write(Bytes("y"));
            Assert.Equal("y", Text(await other.WaitAsync(Patience)));
        }

        [Fact]
        public async Task EndsByCancel()
        {
            Task<ShmMessage> first = reader.ReadAsync().AsTask();
            Task<ShmMessage[]> second = reader.ReadBatchAsync(10).AsTask();
            reader.Cancel();
            AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(() => first.WaitAsync(Patience)));
            AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(() => second.WaitAsync(Patience)));
            Task<ShmMessage> later = reader.ReadAsync().AsTask();
            writer.Write(Bytes("x"));
            Assert.Equal("x", Text(await later.WaitAsync(Patience)));
        }

        [Fact]
        public async Task DoesNotWaitWhileItIsCancelled()
        {
            Task<ShmMessage> waiting = reader.ReadAsync().AsTask();
            reader.IsCancelled = true;
            AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(() => waiting.WaitAsync(Patience)));
            AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(async () => await reader.ReadAsync()));
            AssertStatus(ShmStatus.Cancelled, Record.Exception(() => reader.Read()));
            Assert.False(reader.TryRead(out _));
            writer.Write(Bytes("there"));
            Assert.Equal("there", Text(await reader.ReadAsync()));
            reader.IsCancelled = false;
            Assert.Null(await reader.TryReadAsync(AWhile));
        }

        [Fact]
        public async Task EndsByDispose()
        {
            Task<ShmMessage> first = reader.ReadAsync().AsTask();
            Task<ShmMessage> second = reader.ReadAsync().AsTask();
            reader.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => first.WaitAsync(Patience));
            await Assert.ThrowsAsync<ObjectDisposedException>(() => second.WaitAsync(Patience));
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await reader.ReadAsync());
        }

        [Fact]
        public async Task GoesOnWhereAnotherChannelsReaderBlocks()
        {
            string name = NewName();
            using ShmChannel otherReader = Open(name, ShmAccess.Read);
            using ShmChannel otherWriter = Open(name, ShmAccess.Write);
            using var release = new ManualResetEventSlim();
            using var isBlocking = new ManualResetEventSlim();
            Task blocking = BlockBehindARead();
            Task<ShmMessage> reading = otherReader.ReadAsync().AsTask();
            await Task.Delay(AWhile);
            writer.Write(Bytes("x"));
            Assert.True(isBlocking.Wait(Patience));
            otherWriter.Write(Bytes("y"));
            Assert.Equal("y", Text(await reading.WaitAsync(Patience)));
            release.Set();
            await blocking.WaitAsync(Patience);

            async Task BlockBehindARead()
            {
                await reader.ReadAsync().ConfigureAwait(false);
                isBlocking.Set();
                Assert.True(release.Wait(Patience));
            }
        }

        [Fact]
        public async Task MayDisposeOfItsChannelWhereItGoesOn()
        {
            Task disposing = DisposeBehindARead();
            await Task.Delay(AWhile);
            writer.Write(Bytes("x"));
            await disposing.WaitAsync(Patience);
            await Assert.ThrowsAsync<ObjectDisposedException>(async () => await reader.ReadAsync());

            async Task DisposeBehindARead()
            {
                await reader.ReadAsync().ConfigureAwait(false);
                reader.Dispose();
            }
        }

        [Fact]
        public async Task ReadsAllInOrder()
        {
            const int count = 2000;
            Func<Exception?> thread = Start(() =>
            {
                for (int i = 0; i < count; i++)
                {
                    writer.Write(BitConverter.GetBytes(i));
                    if (i % 100 == 0) Thread.Sleep(1);
                    if (i % 1000 == 0) Thread.Sleep(AWhile);
                }
            });
            int next = 0;
            await foreach (ShmMessage message in reader.ReadAllAsync(TimeSpan.FromSeconds(5)))
            {
                Assert.Equal(next++, BitConverter.ToInt32(message.Data));
                if (next == count) break;
            }
            Assert.Null(thread());
            Assert.Equal(count, next);
        }

        [Fact]
        public async Task WaitsForABlocksNextValue()
        {
            string name = NewName();
            using ShmChannel block = Open(name, ShmAccess.Read, ShmKind.Block);
            using ShmChannel change = Open(name, ShmAccess.Write, ShmKind.Block);
            change.Write(Bytes("1"));
            Assert.Equal("1", Text(await block.ReadAsync()));
            Task<ShmMessage> reading = block.ReadAsync().AsTask();
            await Task.Delay(AWhile);
            Assert.False(reading.IsCompleted);
            change.Write(Bytes("2"));
            Assert.Equal("2", Text(await reading.WaitAsync(Patience)));
            Assert.Equal(ShmNews.Unchanged, (await block.ReadAsync(AWhile)).News);
        }

        [Fact]
        public async Task NeedsNoThreadForEachOfManyChannels()
        {
            string[] names = Enumerable.Range(0, 5).Select(i => NewName()).ToArray();
            ShmChannel[] readers = Enumerable.Range(0, 300).Select(i => Open(names[i % 5], ShmAccess.Read)).ToArray();
            ShmChannel[] writers = names.Select(each => Open(each, ShmAccess.Write)).ToArray();
            Task<ShmMessage>[] reading = readers.Select(each => each.ReadAsync().AsTask()).ToArray();
            Assert.InRange(ThreadPool.ThreadCount, 0, 50);
            for (int i = 0; i < 5; i++) writers[i].Write(BitConverter.GetBytes(i));
            ShmMessage[] messages = await Task.WhenAll(reading).WaitAsync(Patience);
            Assert.All(messages, (message, i) => Assert.Equal(i % 5, BitConverter.ToInt32(message.Data)));
            Task<ShmMessage>[] again = readers.Select(each => each.ReadAsync().AsTask()).ToArray();
            foreach (ShmChannel each in readers.Concat(writers)) each.Dispose();
            foreach (Task<ShmMessage> each in again)
            {
                await Assert.ThrowsAsync<ObjectDisposedException>(() => each.WaitAsync(Patience));
            }
        }
    }
}
