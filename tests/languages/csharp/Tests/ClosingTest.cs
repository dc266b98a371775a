using System;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    [Collection("one at a time")]
    public sealed class ClosingTest
    {
        [Fact]
        public void EndsAReadThatWaitsAsDisposed()
        {
            for (int i = 0; i < 20; i++)
            {
                ShmChannel channel = Open(NewName(), ShmAccess.Read);
                Func<Exception?> reading = Start(() => channel.Read());
                if (i % 2 == 0) Thread.Sleep(i % 10);
                channel.Dispose();
                Assert.IsType<ObjectDisposedException>(reading());
            }
        }

        [Fact]
        public void EndsEveryCallAsDisposed()
        {
            var calls = new Action<ShmChannel>[]
            {
                channel => channel.TryRead(out _, TimeSpan.FromMilliseconds(1)),
                channel => channel.TryPeek(out _, TimeSpan.FromMilliseconds(1)),
                channel => channel.TryWrite(new byte[10]),
                channel => channel.ReadBatch(10, TimeSpan.FromMilliseconds(1)),
                channel => channel.TryReadAsync(TimeSpan.FromMilliseconds(1)).AsTask().GetAwaiter().GetResult(),
                channel => channel.GetStats(),
                channel => channel.Cancel(),
            };
            foreach (Action<ShmChannel> call in calls)
            {
                for (int i = 0; i < 3; i++)
                {
                    ShmChannel channel = Open(NewName(), ShmAccess.Read | ShmAccess.Write, ShmKind.Queue);
                    Func<Exception?> calling = Start(() =>
                    {
                        for (;;) call(channel);
                    });
                    Thread.Sleep(2);
                    channel.Dispose();
                    Assert.IsType<ObjectDisposedException>(calling());
                }
            }
        }

        [Fact]
        public void MayBeDoneTwice()
        {
            ShmChannel channel = Open(NewName(), ShmAccess.Read);
            channel.Dispose();
            channel.Dispose();
            Assert.Throws<ObjectDisposedException>(() => channel.Handle);
            Assert.Throws<ObjectDisposedException>(() => channel.WaitHandle);
        }

        [Fact]
        public void IsDoneForAChannelThatIsForgotten()
        {
            string name = NewName();
            using ShmChannel writer = Open(name, ShmAccess.Write);
            Forget(name);
            Assert.Equal(1, writer.GetInfo().Readers);
            Eventually(() =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return writer.GetInfo().Readers == 0;
            });
        }

        [Fact]
        public void TakesBackWhatWasPeekedAt()
        {
            string name = NewName();
            using ShmChannel writer = Open(name, ShmAccess.Write, ShmKind.Queue);
            using ShmChannel second = Open(name, ShmAccess.Read, ShmKind.Queue);
            writer.Write(Bytes("x"));
            ShmChannel first = Open(name, ShmAccess.Read, ShmKind.Queue);
            ShmPeek peek = first.Peek(Patience);
            first.Dispose();
            Assert.Throws<ObjectDisposedException>(() => peek.Data.Length);
            ShmMessage message = second.Read(Patience);
            Assert.Equal(("x", ShmNews.Redelivered), (Text(message), message.News));
        }

        [Fact]
        public void IsAskedForWhereThisProcessHasTakenEveryPlace()
        {
            string name = NewName();
            ShmChannel[] readers = Enumerable.Range(0, 64).Select(i => Open(name, ShmAccess.Read)).ToArray();
            var failure = Assert.IsType<ShmException>(Record.Exception(() => Open(name, ShmAccess.Read)));
            Assert.Equal(ShmStatus.Busy, failure.Status);
            Assert.Contains("64 are of this very process", failure.Message);
            foreach (ShmChannel reader in readers) reader.Dispose();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Forget(string name)
        {
            ShmChannel channel = Open(name, ShmAccess.Read);
            Assert.Null(channel.TryReadAsync(TimeSpan.FromMilliseconds(1)).AsTask().GetAwaiter().GetResult());
        }
    }
}
