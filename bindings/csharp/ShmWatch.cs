using System;
using System.Collections.Generic;

namespace ShmBroker
{
    /// <summary>
    /// Who uses the channels, and how they get on: for programs that watch. Everything is a hint, as it may have changed
    /// already. A failed call throws a <see cref="ShmException"/>.
    /// </summary>
    public static unsafe class ShmWatch
    {
        /// <summary>What all channels are doing that this account may read or write, in the order of their names.</summary>
        public static IReadOnlyList<ShmChannelSummary> Channels()
        {
            ClientDll.Need();
            uint count;
            ShmException.Check(NativeWatch.ShmInspectAll(null, 0, &count));
            for (;;)
            {
                var room = new NativeWatch.ShmChannelSummary[count + 1];
                fixed (NativeWatch.ShmChannelSummary* list = room)
                {
                    list->size = (uint)sizeof(NativeWatch.ShmChannelSummary);
                    int status = NativeWatch.ShmInspectAll(list, (uint)room.Length, &count);
                    if (status == Native.SHM_E_BUFFER) continue; // more have come meanwhile
                    ShmException.Check(status);
                    var channels = new List<ShmChannelSummary>();
                    for (int i = 0; i < count; i++) channels.Add(new ShmChannelSummary(list + i));
                    return channels;
                }
            }
        }

        /// <summary>
        /// Who has a channel open: one for each handle and side of it. Administrators see all, others those of their own
        /// account.
        /// </summary>
        public static IReadOnlyList<ShmClient> Clients(string channel)
        {
            if (channel == null) throw new ArgumentNullException(nameof(channel));
            ClientDll.Need();
            if (channel.IndexOf('\0') >= 0) throw ShmException.Of(Native.SHM_E_NAME);
            NativeWatch.ShmChannelState state;
            state.size = (uint)sizeof(NativeWatch.ShmChannelState);
            uint count = 128; // as many as there can be
            for (;;)
            {
                var room = new NativeWatch.ShmClientState[count];
                fixed (NativeWatch.ShmClientState* list = room)
                {
                    list->size = (uint)sizeof(NativeWatch.ShmClientState);
                    int status = NativeWatch.ShmInspect(channel, &state, list, (uint)room.Length, &count);
                    if (status == Native.SHM_E_BUFFER) continue;
                    ShmException.Check(status);
                    var clients = new List<ShmClient>();
                    for (int i = 0; i < count; i++) clients.Add(new ShmClient(channel, list + i));
                    return clients;
                }
            }
        }

        /// <summary>How the service is.</summary>
        public static ShmService Service()
        {
            ClientDll.Need();
            NativeWatch.ShmServiceState state;
            state.size = (uint)sizeof(NativeWatch.ShmServiceState);
            ShmException.Check(NativeWatch.ShmInspectService(&state));
            return new ShmService(&state);
        }

        /// <summary>The version of the DLL that this process has loaded.</summary>
        public static Version ClientVersion()
        {
            ClientDll.Need();
            return VersionOf(Native.ShmVersion());
        }

        internal static Version VersionOf(uint packed)
        {
            return new Version((int)(packed >> 16), (int)(packed & 0xFFFF));
        }
    }
}
