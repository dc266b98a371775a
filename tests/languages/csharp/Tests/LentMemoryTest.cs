using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    [Collection("one at a time")]
    public sealed class LentMemoryTest : IDisposable
    {
        private readonly ShmChannel reader;
        private readonly ShmChannel writer;
        private readonly ShmChannel other;

        public LentMemoryTest()
        {
            string name = NewName();
            reader = Open(name, ShmAccess.Read, ShmKind.Queue);
            writer = Open(name, ShmAccess.Write, ShmKind.Queue);
            other = Open(name, ShmAccess.Write, ShmKind.Queue);
        }

        public void Dispose()
        {
            reader.Dispose();
            writer.Dispose();
            other.Dispose();
        }

        [Fact]
        public void IsFilledAndLookedAtWhereItLies()
        {
            using (ShmLoan loan = writer.Loan(10))
            {
                Assert.Equal(10, loan.Memory.Length);
                Bytes("in place").CopyTo(loan.Memory);
                loan.Commit(8);
            }
            using ShmPeek peek = reader.Peek();
            Assert.True(peek.Data.SequenceEqual(Bytes("in place")));
            AssertStatus(ShmStatus.State, Record.Exception(() => reader.Read()));
            Assert.True(peek.Release());
            Assert.False(reader.TryPeek(out _));
        }

        [Fact]
        public async Task KeepsOtherCallsFromItsChannel()
        {
            var batch = new List<ReadOnlyMemory<byte>> { Bytes("x") };
            using (ShmLoan loan = writer.Loan(1))
            {
                AssertStatus(ShmStatus.State, Start(() => writer.Write(Bytes("x")))());
                AssertStatus(ShmStatus.State, Start(() => writer.Loan(1))());
                AssertStatus(ShmStatus.State, Start(() => writer.WriteBatch(batch))());
                AssertStatus(
                    ShmStatus.State, await Record.ExceptionAsync(async () => await writer.WriteAsync(Bytes("x"))));
                Assert.Null(Start(() =>
                {
                    Assert.False(writer.TryWrite(Bytes("x"), Patience));
                    Assert.False(writer.TryLoan(1, out _, Patience));
                    Assert.Equal(0, writer.TryWriteBatch(batch, Patience));
                })());
                Assert.False(await writer.TryWriteAsync(Bytes("x"), Patience));
                loan.Commit(1);
            }
            using (ShmPeek peek = reader.Peek())
            {
                AssertStatus(ShmStatus.State, Start(() => reader.Read())());
                AssertStatus(ShmStatus.State, Start(() => reader.ReadBatch(1))());
                AssertStatus(ShmStatus.State, await Record.ExceptionAsync(async () => await reader.ReadAsync()));
                AssertStatus(ShmStatus.State, await Record.ExceptionAsync(async () =>
                {
                    await foreach (ShmMessage message in reader.ReadAllAsync()) Assert.Fail(Text(message));
                }));
                Assert.Null(Start(() =>
                {
                    Assert.False(reader.TryRead(out _, Patience));
                    Assert.False(reader.TryPeek(out _, Patience));
                })());
                Assert.Null(await reader.TryReadAsync(Patience));
            }
            Assert.False(reader.TryRead(out _), "nothing of it was written");
        }

        [Fact]
        public void IsNoMoreThanASpanHolds()
        {
            const long size = 2200L << 20;
            string name = NewName();
            using ShmChannel block = Open(name, ShmAccess.Write, ShmKind.Block, size);
            using ShmChannel rival = Open(name, ShmAccess.Write, ShmKind.Block, size);
            Exception? failure = Record.Exception(() => block.Lock());
            AssertStatus(ShmStatus.Size, failure);
            Assert.Contains(block.Capacity.ToString(), failure!.Message);
            Assert.True(rival.TryWrite(Bytes("it is not locked")));
        }

        [Fact]
        public void IsStillLentWhereACommitIsRefused()
        {
            using ShmLoan loan = writer.Loan(10);
            AssertStatus(ShmStatus.Size, Record.Exception(() => loan.Commit(11)));
            Assert.Throws<ArgumentOutOfRangeException>(() => loan.Commit(-1));
            loan.Memory[0] = 7;
            loan.Commit(1);
            Assert.Equal(new byte[] { 7 }, reader.Read().Data);
        }

        [Fact]
        public void EndsOnceAndNoOther()
        {
            ShmLoan ended = writer.Loan(10);
            ended.Commit(1);
            using ShmLoan next = writer.Loan(10);
            Assert.Throws<ObjectDisposedException>(() => ended.Commit(1));
            Assert.Throws<ObjectDisposedException>(() => ended.Memory.Length);
            ended.Dispose();
            next.Commit(2);
            Assert.Equal((1, 2), (reader.Read().Data.Length, reader.Read().Data.Length));
        }

        [Fact]
        public void EndsWithItsChannel()
        {
            ShmLoan loan = writer.Loan(10);
            writer.Dispose();
            Assert.Throws<ObjectDisposedException>(() => loan.Memory.Length);
            Assert.Throws<ObjectDisposedException>(() => loan.Commit(1));
            loan.Dispose();
            other.Write(Bytes("not held up"));
            Assert.Equal("not held up", Text(reader.Read(Patience)));
        }

        [Fact]
        public void IsGivenBackWhereItIsForgotten()
        {
            Forget(writer);
            other.Write(Bytes("behind it"));
            Eventually(() =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return reader.TryRead(out _);
            });
            using ShmLoan next = writer.Loan(1);
            next.Commit(1);
            Assert.Single(reader.Read().Data);
        }

        [Fact]
        public void LocksABlock()
        {
            string name = NewName();
            using ShmChannel block = Open(name, ShmAccess.Read | ShmAccess.Write, ShmKind.Block);
            using ShmChannel rival = Open(name, ShmAccess.Write, ShmKind.Block);
            block.Write(Bytes("old"));
            using (ShmLock held = block.Lock())
            {
                Assert.True(held.Memory.Slice(0, held.Size).SequenceEqual(Bytes("old")));
                Assert.False(rival.TryWrite(Bytes("x")));
                AssertStatus(ShmStatus.Timeout, Record.Exception(() => rival.Lock(AWhile)));
            }
            Assert.Equal("old", Text(block.Read()));
            using (ShmLock held = block.Lock(Patience))
            {
                Bytes("new").CopyTo(held.Memory);
                held.Publish(3);
            }
            Assert.Equal("new", Text(block.Read()));
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Forget(ShmChannel channel)
        {
            channel.Loan(10).Memory[0] = 1;
        }
    }
}
