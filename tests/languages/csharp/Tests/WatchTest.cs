using System;
using System.Linq;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    [Collection("one at a time")]
    public sealed class WatchTest
    {
        [Fact]
        public void TellsWhatAChannelIsDoing()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read, whenFull: ShmWhenFull.Wait);
            using ShmChannel writer = Open(name, ShmAccess.Write, whenFull: ShmWhenFull.Wait);
            while (writer.TryWrite(new byte[8000])) { }
            ShmChannelSummary channel = ShmWatch.Channels().Single(each => each.Name == name);
            Assert.Equal((ShmKind.Topic, ShmWhenFull.Wait), (channel.Kind, channel.WhenFull));
            Assert.Equal((1, 1, 1L << 16), (channel.Readers, channel.Writers, channel.Capacity));
            Assert.Equal(writer.GetStats().Written, channel.Messages);
            Assert.True(channel.Backlog >= channel.Messages * 8000);
            Assert.Equal((true, (int?)Environment.ProcessId), (channel.IsHeldUp, channel.Blocker));
            Assert.Equal((true, true, false), (channel.IsAvailable, channel.IsCreated, channel.HasFile));
        }

        [Fact]
        public void TellsWhoHasAChannelOpen()
        {
            string name = NewName();
            using ShmChannel reader = Open(name, ShmAccess.Read);
            using ShmChannel writer = Open(name, ShmAccess.Write, flags: ShmOpenFlags.Exclusive);
            writer.Write(new byte[5]);
            ShmClient[] clients = ShmWatch.Clients(name).OrderBy(each => each.Access).ToArray();
            Assert.Equal(new[] { ShmAccess.Read, ShmAccess.Write }, clients.Select(each => each.Access));
            Assert.All(clients, each => Assert.Equal((name, Environment.ProcessId), (each.Channel, each.ProcessId)));
            Assert.NotEmpty(clients[0].Account);
            Assert.Equal((1, 5, true), (clients[1].Messages, clients[1].Bytes, clients[1].IsExclusive));
        }

        [Fact]
        public void SaysThatThereIsNoSuchChannel()
        {
            AssertStatus(ShmStatus.NotFound, Record.Exception(() => ShmWatch.Clients("there is none")));
            AssertStatus(ShmStatus.Name, Record.Exception(() => ShmWatch.Clients("a\0b")));
        }

        [Fact]
        public void TellsHowTheServiceIs()
        {
            using ShmChannel channel = Open(NewName(), ShmAccess.Read);
            ShmService service = ShmWatch.Service();
            Assert.Equal(ShmWatch.ClientVersion(), service.Version);
            Assert.True(service.Channels > 0 && service.Clients > 0 && service.ProcessId > 0);
            Assert.InRange(service.Started, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        }
    }
}
