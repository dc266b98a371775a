using System;

namespace ShmBroker
{
    public enum ShmKind
    {
        /// <summary>One value, the last one written wins.</summary>
        Block = (int)Native.SHM_BLOCK,

        /// <summary>Every reader gets every message.</summary>
        Topic = (int)Native.SHM_TOPIC,

        /// <summary>Every message goes to exactly one reader.</summary>
        Queue = (int)Native.SHM_QUEUE,

        /// <summary>A client calls, and one of its servers answers.</summary>
        Service = (int)Native.SHM_SERVICE,
    }

    [Flags]
    public enum ShmAccess
    {
        /// <summary>Every right that this account has.</summary>
        Default = 0,
        Read = (int)Native.SHM_READ,
        Write = (int)Native.SHM_WRITE,
    }

    /// <summary>
    /// The rights of a service. They are no members of <see cref="ShmAccess"/>: of two with one value, .NET takes either
    /// as its text.
    /// </summary>
    public static class ShmServiceAccess
    {
        /// <summary>Take requests and answer them.</summary>
        public const ShmAccess Server = (ShmAccess)Native.SHM_SERVER;

        /// <summary>Call it.</summary>
        public const ShmAccess Client = (ShmAccess)Native.SHM_CLIENT;
    }

    [Flags]
    public enum ShmOpenFlags
    {
        None = 0,

        /// <summary>Start at the next write, not at the oldest message or value kept.</summary>
        Next = (int)Native.SHM_OPEN_NEXT,

        /// <summary>Be the only writer.</summary>
        Exclusive = (int)Native.SHM_OPEN_EXCLUSIVE,

        /// <summary>Date each message that is written.</summary>
        Timed = (int)Native.SHM_OPEN_TIMED,

        /// <summary>Create the channel if there is none; kind and capacity must be given.</summary>
        Create = (int)Native.SHM_OPEN_CREATE,

        /// <summary>With Create: it stays when nobody has it open.</summary>
        Keep = (int)Native.SHM_OPEN_KEEP,

        /// <summary>
        /// Calling a service: no call waits for a server to come, it is <see cref="ShmStatus.NoServer"/>.
        /// </summary>
        Served = (int)Native.SHM_OPEN_SERVED,
    }

    /// <summary>What a topic's writer does where there is no room.</summary>
    public enum ShmWhenFull
    {
        Default = 0,
        Overwrite = (int)Native.SHM_OVERWRITE,
        Wait = (int)Native.SHM_WAIT,
    }

    /// <summary>How to open a channel. What is not set has its default.</summary>
    public sealed class ShmOptions
    {
        public ShmAccess Access { get; set; }

        /// <summary>Refuse a channel of another kind.</summary>
        public ShmKind? Kind { get; set; }

        public ShmOpenFlags Flags { get; set; }

        /// <summary>How long the service may take to answer; null: five seconds.</summary>
        public TimeSpan? OpenTimeout { get; set; }

        /// <summary>Turns of a busy loop before a waiting call blocks; 0: 100.</summary>
        public uint Spin { get; set; }

        /// <summary>Bytes that it must hold at least; of a service: bytes of its largest answer.</summary>
        public long Capacity { get; set; }

        /// <summary>Bytes that its largest message, or request, must be allowed to have.</summary>
        public long MaxMessage { get; set; }

        public ShmWhenFull WhenFull { get; set; }

        /// <summary>Of a service: how many calls a client must be able to have under way at least.</summary>
        public uint MaxCalls { get; set; }

        /// <summary>Of a service: how many clients must be able to call it at least.</summary>
        public uint MaxClients { get; set; }

        internal unsafe Native.ShmOptions ToNative()
        {
            return new Native.ShmOptions
            {
                size = (uint)sizeof(Native.ShmOptions),
                access = (uint)Access,
                kind = (uint)(Kind ?? 0),
                flags = (uint)Flags,
                open_timeout_ms = OpenTimeout is TimeSpan timeout ? Math.Max(1, Timeouts.Milliseconds(timeout)) : 0,
                spin = Spin,
                capacity = SizeOf(Capacity, nameof(Capacity)),
                max_message = SizeOf(MaxMessage, nameof(MaxMessage)),
                when_full = (uint)WhenFull,
                max_calls = MaxCalls,
                max_clients = MaxClients,
            };
        }

        private static ulong SizeOf(long size, string name)
        {
            return size >= 0 ? (ulong)size : throw new ArgumentOutOfRangeException(name, size, "a size is 0 or more");
        }
    }

    /// <summary>What a channel is, and what this handle, or in a list this account, may do with it.</summary>
    public sealed class ShmInfo
    {
        internal unsafe ShmInfo(Native.ShmInfo* info)
        {
            Name = new string(info->name);
            Kind = (ShmKind)info->kind;
            Access = (ShmAccess)info->access;
            Readers = (int)info->readers;
            Writers = (int)info->writers;
            Capacity = (long)info->capacity;
            MaxMessage = (long)info->max_message;
            Creator = new string(info->creator);
            Instance = info->instance;
        }

        public string Name { get; }

        public ShmKind Kind { get; }

        public ShmAccess Access { get; }

        /// <summary>Reading handles open now, in all processes.</summary>
        public int Readers { get; }

        /// <summary>Writing handles open now, in all processes.</summary>
        public int Writers { get; }

        /// <summary>Bytes of payload that the channel holds.</summary>
        public long Capacity { get; }

        /// <summary>Bytes of its largest message; of a block: its capacity.</summary>
        public long MaxMessage { get; }

        /// <summary>SID of the account that created it; empty for one of the configuration, and in a list.</summary>
        public string Creator { get; }

        /// <summary>Another number each time that the channel's memory is made; 0 in a list.</summary>
        public ulong Instance { get; }
    }

    /// <summary>Counters since the channel was opened here, except for the channel's own.</summary>
    public sealed class ShmStats
    {
        internal ShmStats(Native.ShmStats stats)
        {
            Sequence = (long)stats.sequence;
            Recoveries = (long)stats.recoveries;
            Written = (long)stats.written;
            BytesWritten = (long)stats.bytes_written;
            Read = (long)stats.read;
            BytesRead = (long)stats.bytes_read;
            Lost = (long)stats.lost;
            LockWaits = (long)stats.lock_waits;
            ReadWaits = (long)stats.read_waits;
        }

        /// <summary>The channel's: number of the last message or value published.</summary>
        public long Sequence { get; }

        /// <summary>The channel's: locks and loans taken back from processes that died.</summary>
        public long Recoveries { get; }

        public long Written { get; }

        public long BytesWritten { get; }

        public long Read { get; }

        public long BytesRead { get; }

        /// <summary>Messages overwritten before they were read here; of a block: values.</summary>
        public long Lost { get; }

        /// <summary>Writes that had to wait for another writer.</summary>
        public long LockWaits { get; }

        /// <summary>Times that a read went to sleep.</summary>
        public long ReadWaits { get; }
    }

    /// <summary>What comes with a message.</summary>
    public enum ShmNews
    {
        None = Native.SHM_OK,

        /// <summary>Of a block: this handle has read this value before.</summary>
        Unchanged = Native.SHM_S_UNCHANGED,

        /// <summary>
        /// Messages before this one were lost to this slow reader; the statistics count them.
        /// </summary>
        Lost = Native.SHM_S_LOST,

        /// <summary>
        /// A reader that took this message before died or gave it back, and may have acted on it.
        /// </summary>
        Redelivered = Native.SHM_S_REDELIVERED,
    }

    /// <summary>A message that was read, or a block's value.</summary>
    public readonly struct ShmMessage
    {
        private readonly ulong timestamp;

        internal ShmMessage(byte[] data, ShmNews news, Native.ShmMessage native)
        {
            Data = data;
            News = news;
            Sequence = unchecked((long)native.sequence);
            timestamp = native.timestamp;
        }

        public byte[] Data { get; }

        public ShmNews News { get; }

        /// <summary>Its number in its channel, from 1.</summary>
        public long Sequence { get; }

        /// <summary>
        /// When it was written; null: its writer dates none (<see cref="ShmOpenFlags.Timed"/>), or it is a block's
        /// value.
        /// </summary>
        public DateTimeOffset? Timestamp => Dates.FromTicks(timestamp); // as the writer wants it: that need not be a date
    }
}
