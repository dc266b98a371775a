using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    [Collection("one at a time")]
    public sealed class WritingTest : IDisposable
    {
        private readonly ShmChannel reader;
        private readonly ShmChannel writer;

        public WritingTest()
        {
            string name = NewName();
            reader = Open(name, ShmAccess.Read, ShmKind.Queue, 1 << 12);
            writer = Open(name, ShmAccess.Write, ShmKind.Queue, 1 << 12);
        }

        public void Dispose()
        {
            reader.Dispose();
            writer.Dispose();
        }

        private int Fill()
        {
            int count = 0;
            while (writer.TryWrite(new byte[500])) count++;
            return count;
        }

        [Fact]
        public async Task WritesAtOnceWhereThereIsRoom()
        {
            ValueTask writing = writer.WriteAsync(Bytes("x"));
            Assert.True(writing.IsCompletedSuccessfully);
            await writing;
            Assert.Equal("x", Text(reader.Read()));
        }

        [Fact]
        public async Task WaitsForRoomInTheOrderOfTheCalls()
        {
            int before = Fill();
            Task[] writing = Enumerable.Range(0, 20)
                .Select(i => writer.WriteAsync(new byte[500 + i]).AsTask()).ToArray();
            await Task.Delay(AWhile);
            Assert.DoesNotContain(writing, each => each.IsCompleted);
            for (int i = 0; i < before; i++) Assert.Equal(500, reader.Read(Patience).Data.Length);
            for (int i = 0; i < 20; i++) Assert.Equal(500 + i, reader.Read(Patience).Data.Length);
            await Task.WhenAll(writing).WaitAsync(Patience);
        }

        [Fact]
        public async Task GivesUpWhenTheTimeIsUp()
        {
            Fill();
            Assert.False(writer.TryWrite(new byte[500], AWhile));
            AssertStatus(ShmStatus.Full, Record.Exception(() => writer.Write(new byte[500], AWhile)));
            Assert.False(await writer.TryWriteAsync(new byte[500], AWhile));
            AssertStatus(
                ShmStatus.Full, await Record.ExceptionAsync(async () => await writer.WriteAsync(new byte[500], AWhile)));
        }

        [Fact]
        public async Task EndsByItsTokenAlone()
        {
            Fill();
            using var source = new CancellationTokenSource();
            Task first = writer.WriteAsync(new byte[500], source.Token).AsTask();
            Task second = writer.WriteAsync(new byte[501]).AsTask();
            Task third = writer.WriteAsync(new byte[502], source.Token).AsTask();
            await Task.Delay(AWhile);
            source.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Patience));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third.WaitAsync(Patience));
            Assert.False(second.IsCompleted);
            int found;
            do found = reader.Read(Patience).Data.Length; while (found == 500);
            Assert.Equal(501, found);
            await second.WaitAsync(Patience);
        }

        [Fact]
        public async Task EndsByCancelAndByDispose()
        {
            Fill();
            Task first = writer.WriteAsync(new byte[500]).AsTask();
            Task second = writer.WriteAsync(new byte[500]).AsTask();
            await Task.Delay(AWhile);
            writer.IsCancelled = true;
            AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(() => first.WaitAsync(Patience)));
            AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(() => second.WaitAsync(Patience)));
            AssertStatus(
                ShmStatus.Cancelled, await Record.ExceptionAsync(async () => await writer.WriteAsync(new byte[500])));
            AssertStatus(ShmStatus.Cancelled, Record.Exception(() => writer.Write(new byte[500])));
            writer.IsCancelled = false;
            Task third = writer.WriteAsync(new byte[500]).AsTask();
            await Task.Delay(AWhile);
            writer.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => third.WaitAsync(Patience));
        }

        // Whenever it comes: the write may be about to wait.
        [Fact]
        public async Task EndsByACancelThatComesEarly()
        {
            Fill();
            for (int i = 0; i < 200; i++)
            {
                Task writing = writer.WriteAsync(new byte[500]).AsTask();
                Thread.SpinWait(i % 100 * 50);
                writer.Cancel();
                AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(() => writing.WaitAsync(Patience)));
            }
        }

        [Fact]
        public void TellsHowManyOfABatchAreWritten()
        {
            var batch = new List<ReadOnlyMemory<byte>> { Bytes("a"), Bytes("b"), new byte[4000], Bytes("c") };
            var failure = Assert.IsType<ShmException>(Record.Exception(() => writer.WriteBatch(batch)));
            Assert.Equal((ShmStatus.Size, 2), (failure.Status, failure.MessagesWritten));
            Assert.Equal(new[] { "a", "b" }, reader.ReadBatch(10).Select(Text));
            Assert.Equal(2, writer.TryWriteBatch(batch.Take(2).ToList()));
            int most = Fill() + 2;
            reader.ReadBatch(2);
            List<ReadOnlyMemory<byte>> many =
                Enumerable.Repeat(new ReadOnlyMemory<byte>(new byte[500]), 1000).ToList();
            Assert.InRange(writer.TryWriteBatch(many), 0, most);
            failure = Assert.IsType<ShmException>(Record.Exception(() => writer.WriteBatch(many, AWhile)));
            Assert.Equal((ShmStatus.Full, 0), (failure.Status, failure.MessagesWritten));
        }

        [Fact]
        public void LetsManyThreadsUseOneChannel()
        {
            const int threads = 4;
            const int each = 2000;
            var seen = new int[threads * each];
            var ends = new List<Func<Exception?>>();
            for (int thread = 0; thread < threads; thread++)
            {
                int first = thread * each;
                ends.Add(Start(() =>
                {
                    for (int i = 0; i < each; i++) writer.Write(BitConverter.GetBytes(first + i), Patience);
                }));
                ends.Add(Start(() =>
                {
                    for (int i = 0; i < each; i++)
                    {
                        Interlocked.Increment(ref seen[BitConverter.ToInt32(reader.Read(Patience).Data)]);
                    }
                }));
            }
            Assert.All(ends, end => Assert.Null(end()));
            Assert.All(seen, times => Assert.Equal(1, times));
        }
    }
}
