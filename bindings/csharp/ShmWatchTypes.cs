using System;

namespace ShmBroker
{
    /// <summary>What a channel is doing, in figures.</summary>
    public sealed class ShmChannelSummary
    {
        private readonly uint flags;

        internal unsafe ShmChannelSummary(NativeWatch.ShmChannelSummary* summary)
        {
            flags = summary->flags;
            Name = new string(summary->name);
            Kind = (ShmKind)summary->kind;
            WhenFull = (ShmWhenFull)summary->when_full;
            Access = (ShmAccess)summary->access;
            Readers = (int)summary->readers;
            Writers = (int)summary->writers;
            Blocker = summary->blocker == 0 ? (int?)null : (int)summary->blocker;
            Loans = (int)summary->loans;
            Capacity = (long)summary->capacity;
            MaxMessage = (long)summary->max_message;
            Messages = (long)summary->messages;
            BytesWritten = (long)summary->bytes_written;
            Backlog = (long)summary->backlog;
            Lag = (long)summary->lag;
            Lost = (long)summary->lost;
            Waits = (long)summary->waits;
            Recoveries = (long)summary->recoveries;
            Denials = (long)summary->denials;
        }

        public string Name { get; }

        public ShmKind Kind { get; }

        /// <summary>Of a topic.</summary>
        public ShmWhenFull WhenFull { get; }

        /// <summary>This account's rights.</summary>
        public ShmAccess Access { get; }

        /// <summary>Reading handles open now, in all processes.</summary>
        public int Readers { get; }

        /// <summary>Writing handles open now, in all processes.</summary>
        public int Writers { get; }

        /// <summary>Whether it has no room, since a process has not read or not committed.</summary>
        public bool IsHeldUp => Has(NativeWatch.SHM_CHANNEL_HELD_UP);

        /// <summary>Where it is held up, the process that does it; null: there is none, or it is not to be seen.</summary>
        public int? Blocker { get; }

        /// <summary>Of a queue: whether it has no room, and no reader has taken its oldest message.</summary>
        public bool IsUntaken => Has(NativeWatch.SHM_CHANNEL_UNTAKEN);

        /// <summary>Whether the service could set it up; else nobody can open it.</summary>
        public bool IsAvailable => !Has(NativeWatch.SHM_CHANNEL_UNAVAILABLE);

        /// <summary>Whether a client created it, and not the configuration.</summary>
        public bool IsCreated => Has(NativeWatch.SHM_CHANNEL_CREATED);

        /// <summary>Whether it stays when nobody has it open.</summary>
        public bool IsKept => Has(NativeWatch.SHM_CHANNEL_KEPT);

        /// <summary>Whether its value is kept in a file.</summary>
        public bool HasFile => Has(NativeWatch.SHM_CHANNEL_FILE);

        /// <summary>Messages that writers have room for and have not committed yet.</summary>
        public int Loans { get; }

        /// <summary>Bytes of payload that the channel holds.</summary>
        public long Capacity { get; }

        /// <summary>Bytes of its largest message; of a block: its capacity.</summary>
        public long MaxMessage { get; }

        /// <summary>Ever written.</summary>
        public long Messages { get; }

        /// <summary>Bytes of what was written, since the service's start.</summary>
        public long BytesWritten { get; }

        /// <summary>Bytes not read yet: by its slowest reader, or by any of a queue; of a block: 0.</summary>
        public long Backlog { get; }

        /// <summary>Of a topic: bytes that its slowest reader has not read yet, by that reader's last word.</summary>
        public long Lag { get; }

        /// <summary>Messages overwritten before the present readers read them.</summary>
        public long Lost { get; }

        /// <summary>Reads that blocked, and turns at the lock that writers had to wait for.</summary>
        public long Waits { get; }

        /// <summary>Locks and loans taken back from processes that died.</summary>
        public long Recoveries { get; }

        /// <summary>Openings refused for want of a right, since the service's start.</summary>
        public long Denials { get; }

        private bool Has(uint flag)
        {
            return (flags & flag) != 0;
        }
    }

    /// <summary>A handle that some process has open: one side of it, so that what reads and writes is listed twice.</summary>
    public sealed class ShmClient
    {
        private const uint NoSession = 0xFFFFFFFF;

        private readonly uint flags;

        internal unsafe ShmClient(string channel, NativeWatch.ShmClientState* state)
        {
            flags = state->flags;
            Channel = channel;
            Access = (ShmAccess)state->access;
            ProcessId = (int)state->pid;
            Session = state->session == NoSession ? (int?)null : (int)state->session;
            Account = new string(state->account);
            Loans = (int)state->loan;
            Messages = (long)state->messages;
            Bytes = (long)state->bytes;
            Lag = (long)state->lag;
            Lost = (long)state->lost;
            Waits = (long)state->waits;
        }

        public string Channel { get; }

        /// <summary>The side of the handle: Read or Write.</summary>
        public ShmAccess Access { get; }

        public int ProcessId { get; }

        /// <summary>The session of Windows; null: not known.</summary>
        public int? Session { get; }

        /// <summary>Empty: not known, as it has been open since before the service's start.</summary>
        public string Account { get; }

        /// <summary>Asleep: a reader until there is a message, a writer until there is room.</summary>
        public bool IsWaiting => Has(NativeWatch.SHM_CLIENT_WAITING);

        /// <summary>Whether the channel has no room because of what it has not read or not committed.</summary>
        public bool HoldsUp => Has(NativeWatch.SHM_CLIENT_BLOCKS);

        /// <summary>A writer that holds the lock now.</summary>
        public bool HasLock => Has(NativeWatch.SHM_CLIENT_LOCK);

        /// <summary>A writer that tolerates no other.</summary>
        public bool IsExclusive => Has(NativeWatch.SHM_CLIENT_EXCLUSIVE);

        /// <summary>A writer: messages that it has room for and has not committed yet.</summary>
        public int Loans { get; }

        /// <summary>Read or written through it.</summary>
        public long Messages { get; }

        /// <summary>Bytes of these.</summary>
        public long Bytes { get; }

        /// <summary>A topic's reader: bytes that it has not read yet, as it said last.</summary>
        public long Lag { get; }

        /// <summary>A reader: messages overwritten before it read them.</summary>
        public long Lost { get; }

        /// <summary>A reader: reads that blocked; a writer: turns at the lock that it had to wait for.</summary>
        public long Waits { get; }

        private bool Has(uint flag)
        {
            return (flags & flag) != 0;
        }
    }

    /// <summary>The service as a whole.</summary>
    public sealed class ShmService
    {
        internal unsafe ShmService(NativeWatch.ShmServiceState* state)
        {
            Version = ShmWatch.VersionOf(state->version);
            ProcessId = (int)state->pid;
            Channels = (int)state->channels;
            Clients = (int)state->clients;
            Unavailable = (int)state->unavailable;
            Started = Dates.FromTicks(state->started) ?? default;
            Denials = (long)state->denials;
            Recoveries = (long)state->recoveries;
            Configuration = new string(state->config);
        }

        public Version Version { get; }

        public int ProcessId { get; }

        /// <summary>All that there are, whoever may use them.</summary>
        public int Channels { get; }

        /// <summary>Readers and writers of all of them.</summary>
        public int Clients { get; }

        /// <summary>Channels that the service could not set up; it tries again.</summary>
        public int Unavailable { get; }

        public DateTimeOffset Started { get; }

        /// <summary>Requests refused for want of a right, since its start.</summary>
        public long Denials { get; }

        /// <summary>Locks and loans taken back from processes that died, since its start.</summary>
        public long Recoveries { get; }

        /// <summary>The configuration's file, for administrators; for others empty.</summary>
        public string Configuration { get; }
    }
}
