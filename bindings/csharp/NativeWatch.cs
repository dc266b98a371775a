// Who uses a channel, and how they get on.
//
// Generated from watch.h by bindings/bindgen/csharp.py: change those. watch.h tells what each function does;
// ShmWatch.cs is the class for everyday use.
using System.Runtime.InteropServices;
using static ShmBroker.Native;

namespace ShmBroker
{
    internal static unsafe class NativeWatch
    {
        private const string Dll = "shmclient.dll";

        public const uint SHM_ACCOUNT_MAX = 95;
        public const uint SHM_RIGHTS_MAX = 399;
        public const uint SHM_PATH_MAX = 259;
        public const uint SHM_TEXT_MAX = 1023;
        public const uint SHM_REASON_MAX = 255;

        // ShmChannelState.flags
        /// <summary>by a client, not by the configuration</summary>
        public const uint SHM_CHANNEL_CREATED = 1;
        /// <summary>it stays when nobody has it open</summary>
        public const uint SHM_CHANNEL_KEPT = 2;
        /// <summary>its value is kept in a file</summary>
        public const uint SHM_CHANNEL_FILE = 4;
        /// <summary>the service could not set it up: see reason; nobody can open it</summary>
        public const uint SHM_CHANNEL_UNAVAILABLE = 8;
        /// <summary>it has no room, since a process has not read or not committed</summary>
        public const uint SHM_CHANNEL_HELD_UP = 16;
        /// <summary>a queue: it has no room, and no reader has taken its oldest message</summary>
        public const uint SHM_CHANNEL_UNTAKEN = 32;

        // ShmClientState.flags
        /// <summary>asleep: a reader until there is a message, a writer until there is room</summary>
        public const uint SHM_CLIENT_WAITING = 1;
        /// <summary>the channel has no room because of what it has not read or not committed</summary>
        public const uint SHM_CLIENT_BLOCKS = 2;
        /// <summary>a writer that holds the lock now</summary>
        public const uint SHM_CLIENT_LOCK = 4;
        /// <summary>a writer that tolerates no other</summary>
        public const uint SHM_CLIENT_EXCLUSIVE = 8;

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmChannelState
        {
            public uint size; // sizeof(ShmChannelState)
            public uint kind; // SHM_BLOCK …
            public uint when_full; // of a topic: SHM_OVERWRITE or SHM_WAIT
            public uint access; // rights of the caller
            public uint flags; // SHM_CHANNEL_…
            public uint readers; // reading handles open now, in all processes
            public uint writers; // writing handles open now, in all processes
            public uint reserved; // 0
            public ulong capacity; // bytes of payload that the channel holds
            public ulong max_message; // bytes of the largest message
            public ulong messages; // ever written; those that are being written count
            // bytes not read yet: by its slowest reader, or by any of a queue; of a block: 0
            public ulong backlog;
            public ulong recoveries; // locks and loans taken back from processes that died
            public ulong denials; // openings refused for want of a right, since the service's start
            public fixed char name[64];
            public fixed char owner[96];
            public fixed char rights[400];
            public fixed char reason[256];
            public ulong read; // messages or changed values read
            public ulong bytes_written; // bytes of what was written
            public ulong bytes_read; // bytes of what was read
            public ulong lost; // messages overwritten before a reader read them
            public ulong waits; // reads that blocked, and turns at the lock that writers had to wait for
            public ulong opened; // readers and writers that have come
            public ulong closed; // readers and writers that have gone
            public ulong saved; // when its value was last saved, in 100 ns since 1601 UTC; 0: never
            public fixed char file[260];
            public fixed char save_error[256];
            public ulong calls_under_way; // requests that wait for a server, or that one has
            // in 100 ns, how long servers had half of their last requests at most; 0: not known
            public ulong serve_p50;
            public ulong serve_p99; // the same of 99 in 100
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmClientState
        {
            public uint size; // sizeof(ShmClientState)
            public uint access; // SHM_READ or SHM_WRITE
            public uint pid; // its process
            public uint session; // of Windows; 0xFFFFFFFF: not known
            public uint flags; // SHM_CLIENT_…
            public uint loan; // a writer: messages that it has room for and has not committed yet
            public ulong messages; // read or written through it
            public ulong bytes; // of them
            // a topic's reader: bytes of the stream before the next one it reads, as it said last
            public ulong cursor;
            public ulong lag; // a topic's reader: bytes that it has not read yet, by the same word
            public ulong lost; // a reader: messages overwritten before it read them
            // a reader: reads that blocked; a writer: turns at the lock that it had to wait for
            public ulong waits;
            public fixed char account[96];
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmChannelSummary
        {
            public uint size; // sizeof(ShmChannelSummary)
            public uint kind; // as in ShmChannelState, to writers
            public uint when_full;
            public uint access;
            public uint flags;
            public uint readers;
            public uint writers;
            // with SHM_CHANNEL_HELD_UP: process that has not read or not committed. 0: not to be seen
            public uint blocker;
            public uint loans; // messages that writers have room for and have not committed yet
            // since version 0.3: a checksum of its access in the configuration; 0: not known
            public uint access_sum;
            public ulong capacity; // as in ShmChannelState, to backlog
            public ulong max_message;
            public ulong messages;
            public ulong backlog;
            // a topic: bytes that its slowest reader has not read yet, by that reader's last word
            public ulong lag;
            public ulong lost; // messages overwritten before the present readers read them
            public ulong waits; // reads that blocked, and turns at the lock that writers had to wait for
            public ulong recoveries; // as in ShmChannelState
            public ulong denials;
            public fixed char name[64];
            public ulong bytes_written; // since version 0.2; as in ShmChannelState
            public ulong calls_under_way; // since version 0.3; as in ShmChannelState, to serve_p99
            public ulong serve_p50;
            public ulong serve_p99;
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmServiceState
        {
            public uint size; // sizeof(ShmServiceState)
            public uint version; // of the service, as SHM_VERSION is of the header
            public uint pid; // its process
            public uint channels; // all that there are, whoever may use them
            public uint clients; // readers and writers of all of them
            // times that it was told to read its configuration again, and is done with it
            public uint reloads;
            // of the last time. SHM_OK: in force; SHM_E_ARGUMENT: refused, and the old one is
            public int reload_status;
            public uint unavailable; // of the channels: the service could not set them up, and tries again
            public ulong started; // in 100 ns since 1601 UTC
            public ulong configured; // when the file was last written that it read its configuration from
            public ulong denials; // requests refused for want of a right, since its start
            // requests refused because an account had used up what it may, since its start
            public ulong quota;
            public ulong recoveries; // locks and loans taken back from processes that died, since its start
            public fixed char config[260];
            public fixed char reload_text[1024];
            // times that it was told to read its configuration again; reloads follows
            public uint reloads_asked;
            public uint reserved; // 0
        }

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmInspect([MarshalAs(UnmanagedType.LPWStr)] string name,
            ShmChannelState* state, ShmClientState* clients, uint capacity, uint* count);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmInspectAll(ShmChannelSummary* list, uint capacity, uint* count);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmInspectService(ShmServiceState* state);

        // ---- checks

        /// <summary>A struct that is not laid out as in C would corrupt memory.</summary>
        static NativeWatch()
        {
            ShmChannelState shmChannelState;
            Check(
                sizeof(ShmChannelState) == 2832
                && Offset(&shmChannelState, &shmChannelState.size) == 0
                && Offset(&shmChannelState, &shmChannelState.kind) == 4
                && Offset(&shmChannelState, &shmChannelState.when_full) == 8
                && Offset(&shmChannelState, &shmChannelState.access) == 12
                && Offset(&shmChannelState, &shmChannelState.flags) == 16
                && Offset(&shmChannelState, &shmChannelState.readers) == 20
                && Offset(&shmChannelState, &shmChannelState.writers) == 24
                && Offset(&shmChannelState, &shmChannelState.reserved) == 28
                && Offset(&shmChannelState, &shmChannelState.capacity) == 32
                && Offset(&shmChannelState, &shmChannelState.max_message) == 40
                && Offset(&shmChannelState, &shmChannelState.messages) == 48
                && Offset(&shmChannelState, &shmChannelState.backlog) == 56
                && Offset(&shmChannelState, &shmChannelState.recoveries) == 64
                && Offset(&shmChannelState, &shmChannelState.denials) == 72
                && Offset(&shmChannelState, shmChannelState.name) == 80
                && Offset(&shmChannelState, shmChannelState.owner) == 208
                && Offset(&shmChannelState, shmChannelState.rights) == 400
                && Offset(&shmChannelState, shmChannelState.reason) == 1200
                && Offset(&shmChannelState, &shmChannelState.read) == 1712
                && Offset(&shmChannelState, &shmChannelState.bytes_written) == 1720
                && Offset(&shmChannelState, &shmChannelState.bytes_read) == 1728
                && Offset(&shmChannelState, &shmChannelState.lost) == 1736
                && Offset(&shmChannelState, &shmChannelState.waits) == 1744
                && Offset(&shmChannelState, &shmChannelState.opened) == 1752
                && Offset(&shmChannelState, &shmChannelState.closed) == 1760
                && Offset(&shmChannelState, &shmChannelState.saved) == 1768
                && Offset(&shmChannelState, shmChannelState.file) == 1776
                && Offset(&shmChannelState, shmChannelState.save_error) == 2296
                && Offset(&shmChannelState, &shmChannelState.calls_under_way) == 2808
                && Offset(&shmChannelState, &shmChannelState.serve_p50) == 2816
                && Offset(&shmChannelState, &shmChannelState.serve_p99) == 2824,
                "ShmChannelState");
            ShmClientState shmClientState;
            Check(
                sizeof(ShmClientState) == 264
                && Offset(&shmClientState, &shmClientState.size) == 0
                && Offset(&shmClientState, &shmClientState.access) == 4
                && Offset(&shmClientState, &shmClientState.pid) == 8
                && Offset(&shmClientState, &shmClientState.session) == 12
                && Offset(&shmClientState, &shmClientState.flags) == 16
                && Offset(&shmClientState, &shmClientState.loan) == 20
                && Offset(&shmClientState, &shmClientState.messages) == 24
                && Offset(&shmClientState, &shmClientState.bytes) == 32
                && Offset(&shmClientState, &shmClientState.cursor) == 40
                && Offset(&shmClientState, &shmClientState.lag) == 48
                && Offset(&shmClientState, &shmClientState.lost) == 56
                && Offset(&shmClientState, &shmClientState.waits) == 64
                && Offset(&shmClientState, shmClientState.account) == 72,
                "ShmClientState");
            ShmChannelSummary shmChannelSummary;
            Check(
                sizeof(ShmChannelSummary) == 272
                && Offset(&shmChannelSummary, &shmChannelSummary.size) == 0
                && Offset(&shmChannelSummary, &shmChannelSummary.kind) == 4
                && Offset(&shmChannelSummary, &shmChannelSummary.when_full) == 8
                && Offset(&shmChannelSummary, &shmChannelSummary.access) == 12
                && Offset(&shmChannelSummary, &shmChannelSummary.flags) == 16
                && Offset(&shmChannelSummary, &shmChannelSummary.readers) == 20
                && Offset(&shmChannelSummary, &shmChannelSummary.writers) == 24
                && Offset(&shmChannelSummary, &shmChannelSummary.blocker) == 28
                && Offset(&shmChannelSummary, &shmChannelSummary.loans) == 32
                && Offset(&shmChannelSummary, &shmChannelSummary.access_sum) == 36
                && Offset(&shmChannelSummary, &shmChannelSummary.capacity) == 40
                && Offset(&shmChannelSummary, &shmChannelSummary.max_message) == 48
                && Offset(&shmChannelSummary, &shmChannelSummary.messages) == 56
                && Offset(&shmChannelSummary, &shmChannelSummary.backlog) == 64
                && Offset(&shmChannelSummary, &shmChannelSummary.lag) == 72
                && Offset(&shmChannelSummary, &shmChannelSummary.lost) == 80
                && Offset(&shmChannelSummary, &shmChannelSummary.waits) == 88
                && Offset(&shmChannelSummary, &shmChannelSummary.recoveries) == 96
                && Offset(&shmChannelSummary, &shmChannelSummary.denials) == 104
                && Offset(&shmChannelSummary, shmChannelSummary.name) == 112
                && Offset(&shmChannelSummary, &shmChannelSummary.bytes_written) == 240
                && Offset(&shmChannelSummary, &shmChannelSummary.calls_under_way) == 248
                && Offset(&shmChannelSummary, &shmChannelSummary.serve_p50) == 256
                && Offset(&shmChannelSummary, &shmChannelSummary.serve_p99) == 264,
                "ShmChannelSummary");
            ShmServiceState shmServiceState;
            Check(
                sizeof(ShmServiceState) == 2648
                && Offset(&shmServiceState, &shmServiceState.size) == 0
                && Offset(&shmServiceState, &shmServiceState.version) == 4
                && Offset(&shmServiceState, &shmServiceState.pid) == 8
                && Offset(&shmServiceState, &shmServiceState.channels) == 12
                && Offset(&shmServiceState, &shmServiceState.clients) == 16
                && Offset(&shmServiceState, &shmServiceState.reloads) == 20
                && Offset(&shmServiceState, &shmServiceState.reload_status) == 24
                && Offset(&shmServiceState, &shmServiceState.unavailable) == 28
                && Offset(&shmServiceState, &shmServiceState.started) == 32
                && Offset(&shmServiceState, &shmServiceState.configured) == 40
                && Offset(&shmServiceState, &shmServiceState.denials) == 48
                && Offset(&shmServiceState, &shmServiceState.quota) == 56
                && Offset(&shmServiceState, &shmServiceState.recoveries) == 64
                && Offset(&shmServiceState, shmServiceState.config) == 72
                && Offset(&shmServiceState, shmServiceState.reload_text) == 592
                && Offset(&shmServiceState, &shmServiceState.reloads_asked) == 2640
                && Offset(&shmServiceState, &shmServiceState.reserved) == 2644,
                "ShmServiceState");
        }
    }
}
