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
    public sealed class ReadingTest
    {
        [Fact]
        public void GivesTheMessageItsNumberAndItsNews()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read);
            using ShmChannel writer = Open(name, ShmAccess.Write);
            writer.Write(Bytes("one"));
            writer.Write(Array.Empty<byte>());
            ShmMessage first = reader.Read();
            Assert.Equal(("one", 1, ShmNews.None), (Text(first), first.Sequence, first.News));
            ShmMessage second = reader.Read();
            Assert.Equal(("", 2, ShmNews.None), (Text(second), second.Sequence, second.News));
            Assert.Null(second.Timestamp);
            Assert.False(reader.TryRead(out _));
        }

        [Fact]
        public void GivesTheTimeThatItsWriterGave()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read);
            using ShmChannel writer = Open(name, ShmAccess.Write, flags: ShmOpenFlags.Timed);
            DateTimeOffset before = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(1);
            writer.Write(Bytes("x"));
            Assert.InRange(
                reader.Read().Timestamp.GetValueOrDefault(), before, DateTimeOffset.UtcNow + TimeSpan.FromSeconds(1));
        }

        [Fact]
        public void SaysThatMessagesWereLost()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read, capacity: 1 << 12);
            using ShmChannel writer = Open(name, ShmAccess.Write, capacity: 1 << 12);
            for (int i = 0; i < 1000; i++) writer.Write(new byte[100]);
            Assert.Equal(ShmNews.Lost, reader.Read().News);
            Assert.InRange(reader.GetStats().Lost, 1, 999);
        }

        [Fact]
        public void GivesTheOldValueOfABlockWhenTheTimeIsUp()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read, ShmKind.Block);
            using ShmChannel writer = Open(name, ShmAccess.Write, ShmKind.Block);
            Assert.False(reader.TryRead(out _));
            writer.Write(Bytes("value"));
            Assert.Equal(ShmNews.None, reader.Read().News);
            ShmMessage again = reader.Read(AWhile);
            Assert.Equal(("value", ShmNews.Unchanged), (Text(again), again.News));
        }

        [Fact]
        public void ReadsIntoTheCallersMemory()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read);
            using ShmChannel writer = Open(name, ShmAccess.Write);
            writer.Write(Bytes("four").AsSpan());
            AssertStatus(ShmStatus.Buffer, Record.Exception(() => reader.Read(new byte[3], out _).Length));
            Span<byte> room = stackalloc byte[10];
            Span<byte> message = reader.Read(room, out ShmNews news);
            Assert.True(message.SequenceEqual(Bytes("four")));
            Assert.True(message.Overlaps(room));
            Assert.Equal(ShmNews.None, news);
            AssertStatus(ShmStatus.Empty, Record.Exception(() => reader.Read(new byte[3], out _, AWhile).Length));
        }

        [Fact]
        public void ReadsWhatIsLargerThanItsOwnMemory()
        {
            const int size = 90 << 20;
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read, ShmKind.Block, size);
            using ShmChannel writer = Open(name, ShmAccess.Write, ShmKind.Block, size);
            var data = new byte[size];
            data[0] = 1;
            data[size / 2] = 2;
            data[size - 1] = 3;
            writer.Write(data);
            Assert.True(reader.Read().Data.AsSpan().SequenceEqual(data));
        }

        [Theory]
        [InlineData(-5)]
        [InlineData(2147483648)]
        [InlineData(4294967295)]
        public void RefusesWhatIsNoTimeout(double milliseconds)
        {
            using ShmChannel both = Open(NewName(), ShmAccess.Read | ShmAccess.Write);
            TimeSpan wrong = TimeSpan.FromMilliseconds(milliseconds);
            var calls = new List<Action>
            {
                () => both.Read(wrong),
                () => both.Read(new byte[1], out _, wrong),
                () => both.TryRead(out _, wrong),
                () => both.ReadBatch(1, wrong),
                () => both.Peek(wrong),
                () => both.TryPeek(out _, wrong),
                () => both.Write(new byte[1], wrong),
                () => both.TryWrite(new byte[1], wrong),
                () => both.WriteBatch(new ReadOnlyMemory<byte>[1], wrong),
                () => both.Loan(1, wrong),
                () => both.Lock(wrong),
                () => ShmChannel.WaitAny(new[] { both }, wrong),
                () => both.ReadAsync(wrong).AsTask().GetAwaiter().GetResult(),
                () => both.WriteAsync(new byte[1], wrong).AsTask().GetAwaiter().GetResult(),
            };
            Assert.All(calls, call => Assert.Throws<ArgumentOutOfRangeException>(call));
            Assert.False(both.TryRead(out _), "a refused write has written");
        }

        [Fact]
        public void TriesInVainWhileAnotherThreadReads()
        {
            using ShmChannel channel = Open(NewName(), ShmAccess.Read);
            Func<Exception?> reading = StartReading(channel);
            Assert.False(channel.TryRead(out _));
            Assert.False(channel.TryRead(out _, AWhile));
            Assert.False(channel.TryPeek(out _));
            Assert.Empty(channel.ReadBatch(1, AWhile));
            Assert.Equal(-1, ShmChannel.WaitAny(new[] { channel }, AWhile));
            AssertStatus(ShmStatus.Empty, Record.Exception(() => channel.Read(AWhile)));
            channel.Cancel();
            AssertStatus(ShmStatus.Cancelled, reading());
        }

        [Fact]
        public void ReadsABatch()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read);
            using ShmChannel writer = Open(name, ShmAccess.Write);
            Assert.Empty(reader.ReadBatch(10, TimeSpan.Zero));
            writer.WriteBatch(Enumerable.Range(0, 100).Select(i => new ReadOnlyMemory<byte>(new byte[i])).ToList());
            ShmMessage[] some = reader.ReadBatch(60);
            ShmMessage[] rest = reader.ReadBatch(60);
            Assert.Equal((60, 40), (some.Length, rest.Length));
            Assert.All(some.Concat(rest), (message, i) =>
                Assert.Equal((i, i + 1), (message.Data.Length, (int)message.Sequence)));
            Assert.Throws<ArgumentOutOfRangeException>(() => reader.ReadBatch(0));
        }

        [Fact]
        public void ReadsABatchWhoseFirstMessageIsLarge()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read, capacity: 1 << 21);
            using ShmChannel writer = Open(name, ShmAccess.Write, capacity: 1 << 21);
            writer.Write(new byte[1 << 18]);
            Assert.Equal(1 << 18, reader.ReadBatch(10).Single().Data.Length);
        }

        [Fact]
        public void WaitsForOneOfSeveral()
        {
            string[] names = { NewName(), NewName(), NewName() };
            ShmChannel[] readers = names.Select(name => Open(name, ShmAccess.Read)).ToArray();
            using ShmChannel writer = Open(names[1], ShmAccess.Write);
            Assert.Equal(-1, ShmChannel.WaitAny(readers, AWhile));
            int found = -1;
            Func<Exception?> waiting = Start(() => found = ShmChannel.WaitAny(readers));
            writer.Write(Bytes("x"));
            Assert.Null(waiting());
            Assert.Equal(1, found);
            readers[1].Read();
            waiting = Start(() => ShmChannel.WaitAny(readers));
            Thread.Sleep(AWhile);
            readers[2].IsCancelled = true;
            AssertStatus(ShmStatus.Cancelled, waiting());
            waiting = Start(() => ShmChannel.WaitAny(new[] { readers[0], readers[1] }));
            Thread.Sleep(AWhile);
            readers[0].Dispose();
            Assert.IsType<ObjectDisposedException>(waiting());
            foreach (ShmChannel reader in readers) reader.Dispose();
        }

        [Fact]
        public void RefusesNull()
        {
            using ShmChannel writer = Open(NewName(), ShmAccess.Write);
            Assert.Throws<ArgumentNullException>(() => new ShmChannel(null!));
            Assert.Throws<ArgumentNullException>(() => writer.Write((byte[])null!));
            Assert.Throws<ArgumentNullException>(() => writer.TryWrite((byte[])null!));
            Assert.Throws<ArgumentNullException>(() => writer.WriteBatch(null!));
            Assert.Throws<ArgumentNullException>(() => ShmChannel.WaitAny(null!));
            Assert.Throws<ArgumentException>(() => ShmChannel.WaitAny(new ShmChannel[1]));
            Assert.Throws<ArgumentException>(() => ShmChannel.WaitAny(Array.Empty<ShmChannel>()));
            Assert.Equal(0, writer.GetStats().Written);
        }
    }
}
