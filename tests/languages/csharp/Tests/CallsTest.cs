using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    /// <summary>Calls of the service "calls 0", which the configuration has.</summary>
    [Collection("one at a time")]
    public sealed class CallsTest : IDisposable
    {
        private readonly ShmChannel server = new ShmChannel("calls 0", ShmServiceAccess.Server);
        private readonly ShmChannel client = new ShmChannel("calls 0", ShmServiceAccess.Client);

        public void Dispose()
        {
            server.Dispose();
            client.Dispose();
        }

        private Task Serving(int count)
        {
            return Task.Run(() =>
            {
                for (int i = 0; i < count; i++)
                {
                    using (ShmRequest request = server.Serve(Patience))
                    {
                        Assert.True(request.Answer(request.Data.Concat(Bytes("!")).ToArray()));
                    }
                }
            });
        }

        private static string TextOf(byte[] data)
        {
            return System.Text.Encoding.UTF8.GetString(data);
        }

        [Fact]
        public async Task ComeBackWithTheirAnswers()
        {
            Task serving = Serving(100);
            for (int i = 0; i < 100; i++) Assert.Equal($"{i}!", TextOf(client.Call(Bytes($"{i}"), Patience)));
            await serving;
        }

        [Fact]
        public void LeaveTheRightsOfOtherChannelsTheirNames()
        {
            Assert.Equal("Read", ShmServiceAccess.Server.ToString());
            Assert.Equal("Read, Write", (ShmServiceAccess.Server | ShmServiceAccess.Client).ToString());
        }

        [Fact]
        public async Task GoToAServiceThatAProgramCreates()
        {
            string name = NewName();
            var options = new ShmOptions
            {
                Access = ShmServiceAccess.Server,
                Kind = ShmKind.Service,
                Flags = ShmOpenFlags.Create,
                MaxMessage = 10,
                MaxCalls = 1,
                MaxClients = 2,
            };
            using (var made = new ShmChannel(name, options))
            using (var caller = new ShmChannel(name, ShmServiceAccess.Client))
            {
                Assert.Equal((10, 4096), (made.MaxMessage, made.Capacity));
                options.MaxClients = 3;
                ShmException refused = Assert.ThrowsAny<ShmException>(() => new ShmChannel(name, options));
                Assert.Equal(ShmStatus.Mismatch, refused.Status);
                Task<byte[]> call = caller.CallAsync(Bytes("asked"), Patience);
                using (ShmRequest request = made.Serve(Patience))
                {
                    Assert.True(request.Answer(Bytes("told")));
                }
                Assert.Equal("told", TextOf(await call));
            }
        }

        [Fact]
        public async Task MayBeManyAtOnce()
        {
            Task serving = Serving(40);
            Task<byte[]>[] calls =
                Enumerable.Range(0, 40).Select(i => client.CallAsync(Bytes($"{i}"), Patience)).ToArray();
            byte[][] answers = await Task.WhenAll(calls);
            Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}!"), answers.Select(TextOf));
            await serving;
        }

        [Fact]
        public async Task TellWhoseTheyAre()
        {
            Task<byte[]> call = client.CallAsync(Bytes("who am I?"));
            using (ShmRequest request = await server.ServeAsync())
            {
                ShmCaller caller = request.GetCaller();
                Assert.Equal(Environment.ProcessId, caller.ProcessId);
                Assert.StartsWith("S-1-", caller.Account);
                Assert.True(caller.Waits);
                request.Answer(Bytes("you"));
            }
            Assert.Equal("you", TextOf(await call));
        }

        [Fact]
        public async Task AreRefusedWithCodeAndText()
        {
            Task<byte[]> call = client.CallAsync(Bytes("x"));
            server.Serve(Patience).Refuse(-7, "not t\u00f6day");
            ShmRefusedException refused = await Assert.ThrowsAsync<ShmRefusedException>(() => call);
            Assert.Equal(-7, refused.Code);
            Assert.Contains("not t\u00f6day", refused.Message);
        }

        [Fact]
        public async Task ThatTheServerLeavesAreRefused()
        {
            Task<byte[]> call = client.CallAsync(Bytes("x"));
            server.Serve(Patience).Dispose();
            await Assert.ThrowsAsync<ShmRefusedException>(() => call);
        }

        [Fact]
        public async Task ThatTheServerForgetsAreRefused()
        {
            Task<byte[]> call = client.CallAsync(Bytes("x"));
            Forget();
            Eventually(() =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return call.IsCompleted;
            });
            await Assert.ThrowsAsync<ShmRefusedException>(() => call);
        }

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        private void Forget()
        {
            Assert.Equal("x", TextOf(server.Serve(Patience).Data));
        }

        [Fact]
        public async Task AreGivenUpWhenTheyAreCancelledOrTheTimeIsUp()
        {
            ShmException late = Assert.Throws<ShmException>(() => client.Call(Bytes("x"), AWhile));
            Assert.Equal(ShmStatus.Timeout, late.Status);
            string said = late.Message.Substring(late.Message.IndexOf("no server", StringComparison.Ordinal));
            late = await Assert.ThrowsAsync<ShmException>(() => client.CallAsync(Bytes("x"), AWhile));
            Assert.Equal(ShmStatus.Timeout, late.Status);
            Assert.Equal(said, late.Message);
            using (var source = new CancellationTokenSource(AWhile))
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(
                    () => client.CallAsync(Bytes("x"), source.Token));
            }
            Assert.False(server.TryServe(out _));
            using (var source = new CancellationTokenSource())
            {
                Task<byte[]> call = client.CallAsync(Bytes("x"), source.Token);
                ShmRequest request = server.Serve(Patience);
                source.Cancel();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
                Assert.False(request.Answer(Bytes("too late")));
            }
        }

        [Fact]
        public void DoNotWaitForAServerWhereTheirChannelIsOpenedSo()
        {
            server.Dispose();
            var options = new ShmOptions { Access = ShmServiceAccess.Client, Flags = ShmOpenFlags.Served };
            using (var hasty = new ShmChannel("calls 0", options))
            {
                ShmException none = Assert.Throws<ShmException>(() => hasty.Call(Bytes("x"), Patience));
                Assert.Equal(ShmStatus.NoServer, none.Status);
            }
        }

        [Fact]
        public async Task EndWhenTheServerCloses()
        {
            Task<byte[]> call = client.CallAsync(Bytes("x"));
            ShmRequest request = server.Serve(Patience);
            server.Dispose();
            ShmException died = await Assert.ThrowsAsync<ShmException>(() => call);
            Assert.Equal(ShmStatus.PeerDied, died.Status);
            Assert.ThrowsAny<Exception>(() => request.Answer(Bytes("x")));
        }
    }
}
