using System;
using System.Runtime.CompilerServices;
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
