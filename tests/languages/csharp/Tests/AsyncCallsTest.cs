using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    /// <summary>
    /// Calls that wait without a thread: of the services "calls 0" and "many calls", which the configuration has.
    /// </summary>
    [Collection("one at a time")]
    public sealed class AsyncCallsTest : IDisposable
    {
        private const int MaxCalls = 16; // of "calls 0"

        private readonly List<ShmChannel> opened = new List<ShmChannel>();
        private readonly ShmChannel server;
        private readonly ShmChannel client;

        public AsyncCallsTest()
        {
            server = Opened("calls 0", ShmServiceAccess.Server);
            client = Opened("calls 0", ShmServiceAccess.Client);
        }

        public void Dispose()
        {
            foreach (ShmChannel each in opened) each.Dispose();
        }

        private ShmChannel Opened(string name, ShmAccess access)
        {
            var channel = new ShmChannel(name, access);
            opened.Add(channel);
            return channel;
        }

        private static byte[] Number(int i)
        {
            return BitConverter.GetBytes(i);
        }

        private Task<byte[]>[] Begun(int count, TimeSpan timeout)
        {
            return Enumerable.Range(0, count).Select(i => client.CallAsync(Number(i), timeout)).ToArray();
        }

        // Answers each with what it asks.
        private static void ServeAll(ShmChannel server, int count)
        {
            for (int i = 0; i < count; i++)
            {
                ShmRequest request = server.Serve(Patience);
                request.Answer(request.Data);
            }
        }

        [Fact]
        public async Task NeedNoThreadEach()
        {
            const int count = 250;
            ShmChannel manyServer = Opened("many calls", ShmServiceAccess.Server);
            ShmChannel manyClient = Opened("many calls", ShmServiceAccess.Client);
            using var few = new FewThreads();
            Task<byte[]>[] calls = Enumerable.Range(0, count)
                .Select(i => manyClient.CallAsync(Number(i), i % 2 == 0 ? Patience : Timeout.InfiniteTimeSpan))
                .ToArray();
            Func<Exception?> serving = Start(() =>
            {
                ShmRequest[] requests =
                    Enumerable.Range(0, count).Select(i => manyServer.Serve(TimeSpan.FromSeconds(5))).ToArray();
                foreach (ShmRequest request in requests.Reverse()) request.Answer(request.Data);
            });
            Assert.Null(serving());
            byte[][] answers = await Task.WhenAll(calls).WaitAsync(Patience);
            Assert.Equal(Enumerable.Range(0, count), answers.Select(answer => BitConverter.ToInt32(answer)));
        }

        [Fact]
        public async Task NeedNoThreadWhereTheyWaitForRoom()
        {
            const int count = 200;
            using var few = new FewThreads();
            Task<byte[]>[] calls = Begun(count, Timeout.InfiniteTimeSpan);
            Func<Exception?> usingThePool = Start(() =>
            {
                Task behindOthers = Task.Factory.StartNew(
                    () => { }, CancellationToken.None, TaskCreationOptions.PreferFairness, TaskScheduler.Default);
                Assert.True(behindOthers.Wait(TimeSpan.FromSeconds(5)), "no thread of the pool is free");
            });
            Assert.Null(usingThePool());
            Assert.DoesNotContain(calls, call => call.IsCompleted);
            Func<Exception?> serving = Start(() => ServeAll(server, count));
            byte[][] answers = await Task.WhenAll(calls).WaitAsync(Patience);
            Assert.Equal(Enumerable.Range(0, count), answers.Select(answer => BitConverter.ToInt32(answer)));
            Assert.Null(serving());
        }

        [Fact]
        public async Task ThatWaitForRoomEndWithTheirTimeOrToken()
        {
            Task<byte[]>[] calls = Begun(MaxCalls, Timeout.InfiniteTimeSpan);
            foreach (TimeSpan timeout in new[] { TimeSpan.Zero, AWhile })
            {
                ShmException full =
                    await Assert.ThrowsAsync<ShmException>(() => client.CallAsync(Number(-1), timeout).WaitAsync(Patience));
                Assert.Equal(ShmStatus.Full, full.Status);
                Assert.Contains("max_calls", full.Message);
            }
            using (var source = new CancellationTokenSource(AWhile))
            {
                Task<byte[]> call = client.CallAsync(Number(-1), source.Token);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Patience));
                Assert.True(call.IsCanceled);
            }
            Task<byte[]> last = client.CallAsync(Number(MaxCalls), Patience);
            ServeAll(server, MaxCalls + 1); // none of those that have ended
            byte[][] answers = await Task.WhenAll(calls.Append(last)).WaitAsync(Patience);
            Assert.Equal(Enumerable.Range(0, MaxCalls + 1), answers.Select(answer => BitConverter.ToInt32(answer)));
            Assert.False(server.TryServe(out _));
        }

        // Nothing tells a call without a thread of room that a call on a thread leaves.
        [Fact]
        public async Task FindRoomThatCallsOfThreadsLeave()
        {
            Func<Exception?>[] threads = Enumerable.Range(0, MaxCalls)
                .Select(i => Start(() => Assert.Throws<ShmException>(() => client.Call(Number(i), 5 * AWhile))))
                .ToArray();
            ShmRequest[] requests = threads.Select(_ => server.Serve(Patience)).ToArray();
            Task<byte[]> call = client.CallAsync(Number(MaxCalls), Patience);
            foreach (Func<Exception?> thread in threads) Assert.Null(thread());
            Assert.False(call.IsCompleted);
            foreach (ShmRequest request in requests) Assert.False(request.Answer(request.Data));
            ServeAll(server, 1);
            Assert.Equal(Number(MaxCalls), await call.WaitAsync(Patience));
        }

        // The channel's event wakes one: a thread in Call, or who looks for the others.
        [Fact]
        public async Task LeaveCallsOfThreadsTheirAnswersAndGetTheirOwn()
        {
            const int count = 200;
            const int callers = 3;
            Func<Exception?> serving = Start(() =>
            {
                for (int i = 0; i < 2 * callers * count; i++)
                {
                    ShmRequest request = server.Serve(Patience);
                    if (i % 8 == 0) Thread.Sleep(1); // so that they sleep
                    request.Answer(request.Data);
                }
            });
            var slowest = TimeSpan.Zero;
            var gate = new object();
            void Note(int asked, byte[] answer, Stopwatch clock)
            {
                Assert.Equal(Number(asked), answer);
                lock (gate) slowest = clock.Elapsed > slowest ? clock.Elapsed : slowest;
            }
            Func<Exception?>[] threads = Enumerable.Range(0, callers).Select(caller => Start(() =>
            {
                for (int i = 0; i < count; i++)
                {
                    var clock = Stopwatch.StartNew();
                    Note(i, client.Call(Number(i), Patience), clock);
                }
            })).ToArray();
            await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                for (int i = 0; i < count; i++)
                {
                    var clock = Stopwatch.StartNew();
                    Note(-i, await client.CallAsync(Number(-i), Patience), clock);
                }
            }))).WaitAsync(2 * Patience);
            foreach (Func<Exception?> thread in threads) Assert.Null(thread());
            Assert.Null(serving());
            Assert.True(slowest < Patience / 2, $"a call of {slowest} was not woken");
        }

        [Fact]
        public async Task GoOnBesideAWindow()
        {
            Task<byte[]> call = client.CallAsync(Number(1), Patience);
            client.NotifyWindow(IntPtr.Zero, 0);
            ServeAll(server, 1);
            Assert.Equal(Number(1), await call.WaitAsync(Patience));
        }

        [Fact]
        public async Task EndByCancel()
        {
            Task<byte[]>[] calls = Begun(2 * MaxCalls, Timeout.InfiniteTimeSpan);
            ShmRequest request = server.Serve(Patience);
            client.Cancel();
            foreach (Task<byte[]> call in calls)
            {
                AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(() => call.WaitAsync(Patience)));
            }
            Assert.False(request.Answer(Number(0)));
            Assert.False(server.TryServe(out _));
            client.IsCancelled = true;
            AssertStatus(ShmStatus.Cancelled, await Record.ExceptionAsync(() => client.CallAsync(Number(1))));
            client.IsCancelled = false;
            Task<byte[]> later = client.CallAsync(Number(2));
            ServeAll(server, 1);
            Assert.Equal(Number(2), await later.WaitAsync(Patience));
        }

        [Fact]
        public async Task EndByDispose()
        {
            Task<byte[]>[] calls = Begun(2 * MaxCalls, Timeout.InfiniteTimeSpan);
            client.Dispose();
            foreach (Task<byte[]> call in calls)
            {
                await Assert.ThrowsAsync<ObjectDisposedException>(() => call.WaitAsync(Patience));
            }
            await Assert.ThrowsAsync<ObjectDisposedException>(() => client.CallAsync(Number(1)));
        }

        [Fact]
        public async Task KeepTheirChannelWhileTheyLast()
        {
            Task<byte[]> call = new ShmChannel("calls 0", ShmServiceAccess.Client).CallAsync(Number(1));
            using ShmRequest request = server.Serve(Patience);
            for (int i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            Assert.True(request.Answer(request.Data));
            Assert.Equal(Number(1), await call.WaitAsync(Patience));
        }

        // One of the pool for each processor: it takes no less.
        private sealed class FewThreads : IDisposable
        {
            private readonly int ports;
            private readonly int least;
            private readonly int most;

            internal FewThreads()
            {
                ThreadPool.GetMinThreads(out least, out ports);
                ThreadPool.GetMaxThreads(out most, out int mostPorts);
                int few = Math.Max(Environment.ProcessorCount, 4);
                Assert.SkipUnless(few < 200, "each call might have a thread: so many processors are there");
                Assert.True(ThreadPool.SetMinThreads(1, ports));
                Assert.True(ThreadPool.SetMaxThreads(few, mostPorts));
            }

            public void Dispose()
            {
                ThreadPool.GetMaxThreads(out _, out int mostPorts);
                ThreadPool.SetMaxThreads(most, mostPorts);
                ThreadPool.SetMinThreads(least, ports);
            }
        }
    }
}
