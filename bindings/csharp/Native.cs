// The C interface of ShmBroker.
//
// Generated from shmbroker.h by bindings/bindgen/csharp.py: change those. shmbroker.h tells what each function
// does; ShmChannel.cs is the class for everyday use.
using System;
using System.Runtime.InteropServices;

namespace ShmBroker
{
    /// <summary>What a call came to. Negative ones are errors.</summary>
    public enum ShmStatus
    {
        /// <summary>Done.</summary>
        Ok = 0,

        /// <summary>The value is the one that this handle has read before.</summary>
        Unchanged = 1,

        /// <summary>Messages before this one were lost to this slow reader; see ShmGetStats.</summary>
        Lost = 2,

        /// <summary>A reader that took this message before died, or gave it back.</summary>
        Redelivered = 3,

        /// <summary>Nobody waits for this answer any more: it came to nobody.</summary>
        Dropped = 4,

        /// <summary>A parameter is NULL, out of range, or a struct's size is not set.</summary>
        Argument = -1,

        /// <summary>Not an open channel.</summary>
        Handle = -2,

        /// <summary>Not a valid channel name.</summary>
        Name = -3,

        /// <summary>No channel has this name.</summary>
        NotFound = -4,

        /// <summary>The caller lacks the right; kernel-enforced.</summary>
        Access = -5,

        /// <summary>The ShmBroker service is not running.</summary>
        NoService = -6,

        /// <summary>What answered is not the ShmBroker service.</summary>
        Untrusted = -7,

        /// <summary>DLL and service are too far apart in version.</summary>
        Version = -8,

        /// <summary>The buffer is too small; the size needed was stored.</summary>
        Buffer = -9,

        /// <summary>Larger than the channel's largest message.</summary>
        Size = -10,

        /// <summary>Nothing to read within the timeout.</summary>
        Empty = -11,

        /// <summary>No room to write within the timeout.</summary>
        Full = -12,

        /// <summary>A lock, a turn at this handle, or the service was not to be had in time.</summary>
        Timeout = -13,

        /// <summary>ShmCancel ended the wait, or ShmSetCancelled is in force.</summary>
        Cancelled = -14,

        /// <summary>The channel has ended, or the handle is being closed.</summary>
        Closed = -15,

        /// <summary>The channel's memory is damaged.</summary>
        Corrupt = -16,

        /// <summary>Out of turn, such as ShmUnlock without ShmLock.</summary>
        State = -17,

        /// <summary>Not for this kind of channel.</summary>
        Kind = -18,

        /// <summary>The channel exists, and is not what was asked for.</summary>
        Mismatch = -19,

        /// <summary>An exclusive writer has it, no slot is free, or too many requests.</summary>
        Busy = -20,

        /// <summary>The caller's account has used up what policy allows it.</summary>
        Quota = -21,

        /// <summary>Out of memory.</summary>
        Memory = -22,

        /// <summary>An unexpected Win32 error; see ShmLastErrorText.</summary>
        System = -23,

        /// <summary>What was peeked has been overwritten meanwhile: discard it.</summary>
        Overtaken = -24,

        /// <summary>The service could not set up the channel; it tries again.</summary>
        Unavailable = -25,

        /// <summary>The server that had taken the call has died, or closed the channel.</summary>
        PeerDied = -26,

        /// <summary>No server has the channel open.</summary>
        NoServer = -27,

        /// <summary>The server refused the call; ShmLastRefusal has its code.</summary>
        Refused = -28,

        /// <summary>A server has taken the call, and has not answered it in time.</summary>
        Unanswered = -29,
    }

    public static unsafe class Native
    {
        private const string Dll = "shmclient.dll";

        // Version of this header: major in the upper 16 bits, minor in the lower.
        public const uint SHM_VERSION = 2;

        // A channel name: 1 to 63 UTF-16 units, no backslash, nothing invisible, no blank at an end. Case matters.
        public const uint SHM_NAME_MAX = 63;
        public const uint SHM_NAME_MAX_UTF8 = 189;

        // The text of an account's SID, such as S-1-5-21-…. No SID has a longer one.
        public const uint SHM_SID_MAX = 191;

        // Timeouts in milliseconds: 0 to SHM_TIMEOUT_MAX, some 24 days, or SHM_INFINITE.
        public const uint SHM_INFINITE = 0xFFFFFFFF;
        public const uint SHM_TIMEOUT_MAX = 0x7FFFFFFF;

        // ShmUnlock: leave the block's value as it was.
        public static readonly UIntPtr SHM_KEEP = (UIntPtr)(sizeof(void*) == 8 ? ulong.MaxValue : uint.MaxValue);

        // Success.
        public const int SHM_OK = 0;
        /// <summary>the value is the one that this handle has read before</summary>
        public const int SHM_S_UNCHANGED = 1;
        /// <summary>messages before this one were lost to this slow reader; see ShmGetStats</summary>
        public const int SHM_S_LOST = 2;
        /// <summary>a reader that took this message before died, or gave it back</summary>
        public const int SHM_S_REDELIVERED = 3;
        /// <summary>nobody waits for this answer any more: it came to nobody</summary>
        public const int SHM_S_DROPPED = 4;

        // Errors.
        /// <summary>a parameter is NULL, out of range, or a struct's size is not set</summary>
        public const int SHM_E_ARGUMENT = -1;
        /// <summary>not an open channel</summary>
        public const int SHM_E_HANDLE = -2;
        /// <summary>not a valid channel name</summary>
        public const int SHM_E_NAME = -3;
        /// <summary>no channel has this name</summary>
        public const int SHM_E_NOT_FOUND = -4;
        /// <summary>the caller lacks the right; kernel-enforced</summary>
        public const int SHM_E_ACCESS = -5;
        /// <summary>the ShmBroker service is not running</summary>
        public const int SHM_E_NO_SERVICE = -6;
        /// <summary>what answered is not the ShmBroker service</summary>
        public const int SHM_E_UNTRUSTED = -7;
        /// <summary>DLL and service are too far apart in version</summary>
        public const int SHM_E_VERSION = -8;
        /// <summary>the buffer is too small; the size needed was stored</summary>
        public const int SHM_E_BUFFER = -9;
        /// <summary>larger than the channel's largest message</summary>
        public const int SHM_E_SIZE = -10;
        /// <summary>nothing to read within the timeout</summary>
        public const int SHM_E_EMPTY = -11;
        /// <summary>no room to write within the timeout</summary>
        public const int SHM_E_FULL = -12;
        /// <summary>a lock, a turn at this handle, or the service was not to be had in time</summary>
        public const int SHM_E_TIMEOUT = -13;
        /// <summary>ShmCancel ended the wait, or ShmSetCancelled is in force</summary>
        public const int SHM_E_CANCELLED = -14;
        /// <summary>the channel has ended, or the handle is being closed</summary>
        public const int SHM_E_CLOSED = -15;
        /// <summary>the channel's memory is damaged</summary>
        public const int SHM_E_CORRUPT = -16;
        /// <summary>out of turn, such as ShmUnlock without ShmLock</summary>
        public const int SHM_E_STATE = -17;
        /// <summary>not for this kind of channel</summary>
        public const int SHM_E_KIND = -18;
        /// <summary>the channel exists, and is not what was asked for</summary>
        public const int SHM_E_MISMATCH = -19;
        /// <summary>an exclusive writer has it, no slot is free, or too many requests</summary>
        public const int SHM_E_BUSY = -20;
        /// <summary>the caller's account has used up what policy allows it</summary>
        public const int SHM_E_QUOTA = -21;
        /// <summary>out of memory</summary>
        public const int SHM_E_MEMORY = -22;
        /// <summary>an unexpected Win32 error; see ShmLastErrorText</summary>
        public const int SHM_E_SYSTEM = -23;
        /// <summary>what was peeked has been overwritten meanwhile: discard it</summary>
        public const int SHM_E_OVERTAKEN = -24;
        /// <summary>the service could not set up the channel; it tries again</summary>
        public const int SHM_E_UNAVAILABLE = -25;
        /// <summary>the server that had taken the call has died, or closed the channel</summary>
        public const int SHM_E_PEER_DIED = -26;
        /// <summary>no server has the channel open</summary>
        public const int SHM_E_NO_SERVER = -27;
        /// <summary>the server refused the call; ShmLastRefusal has its code</summary>
        public const int SHM_E_REFUSED = -28;
        /// <summary>a server has taken the call, and has not answered it in time</summary>
        public const int SHM_E_UNANSWERED = -29;

        // Rights.
        public const uint SHM_READ = 1;
        public const uint SHM_WRITE = 2;
        /// <summary>of a service: take requests and answer them. The right that is SHM_READ elsewhere</summary>
        public const uint SHM_SERVER = 1;
        /// <summary>of a service: call it. The right that is SHM_WRITE elsewhere</summary>
        public const uint SHM_CLIENT = 2;

        // What a channel is.
        /// <summary>one value, the last one written wins</summary>
        public const uint SHM_BLOCK = 1;
        /// <summary>every reader gets every message</summary>
        public const uint SHM_TOPIC = 2;
        /// <summary>every message goes to exactly one reader</summary>
        public const uint SHM_QUEUE = 3;
        /// <summary>clients call, and one of its servers answers</summary>
        public const uint SHM_SERVICE = 4;

        // ShmOptions.flags
        /// <summary>start at the next write, not at the oldest message or value kept</summary>
        public const uint SHM_OPEN_NEXT = 1;
        /// <summary>be the only writer: nobody else may write while this handle is open</summary>
        public const uint SHM_OPEN_EXCLUSIVE = 2;
        /// <summary>a writer: date each message at its commit; costs a clock a message</summary>
        public const uint SHM_OPEN_TIMED = 4;
        /// <summary>create the channel if there is none, where policy lets this account</summary>
        public const uint SHM_OPEN_CREATE = 8;
        /// <summary>with SHM_OPEN_CREATE: it stays when nobody has it open</summary>
        public const uint SHM_OPEN_KEEP = 16;
        /// <summary>a service's client: no call waits for a server to come, see SHM_E_NO_SERVER</summary>
        public const uint SHM_OPEN_SERVED = 32;

        // ShmOptions.when_full: what a topic's writer does where there is no room.
        /// <summary>the oldest messages go; a reader that was too slow is told how many</summary>
        public const uint SHM_OVERWRITE = 1;
        /// <summary>it waits for the slowest reader</summary>
        public const uint SHM_WAIT = 2;

        // ShmMessage.flags
        /// <summary>messages before this one were lost to this slow reader</summary>
        public const uint SHM_MESSAGE_LOST = 1;
        /// <summary>a reader that took this message before died, or gave it back</summary>
        public const uint SHM_MESSAGE_REDELIVERED = 2;

        // ShmCaller.flags
        /// <summary>somebody still wants the answer</summary>
        public const uint SHM_CALLER_WAITS = 1;

        // ShmWaitAny: the most channels that one call waits for.
        public const uint SHM_WAIT_MAX = 31;

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmOptions
        {
            public uint size; // sizeof(ShmOptions)
            public uint access;
            public uint kind; // SHM_BLOCK …: refuse another kind with SHM_E_MISMATCH; 0: any
            public uint flags; // SHM_OPEN_…
            public uint open_timeout_ms; // how long the service may take to answer; 0: 5000
            public uint spin; // turns of a busy loop before a waiting call blocks; 0: 100
            public ulong capacity;
            // bytes that its largest message, or request, must be allowed to have; 0: any
            public ulong max_message;
            public uint when_full; // creating a topic: SHM_OVERWRITE or SHM_WAIT; 0: SHM_OVERWRITE
            public uint reserved; // 0
            // of a service: how many a client must be able to have under way at least; 0: any
            public uint max_calls;
            public uint max_clients; // of a service: how many must be able to call it at least; 0: any
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmInfo
        {
            public uint size; // sizeof(ShmInfo)
            public uint kind; // SHM_BLOCK …
            public uint access; // SHM_READ | SHM_WRITE: rights of this handle; in a list: of the caller
            public uint readers; // reading handles open now, in all processes
            public uint writers; // writing handles open now, in all processes
            public uint reserved; // 0
            // bytes of payload that the channel holds; of a service: of its largest answer
            public ulong capacity;
            public ulong max_message; // bytes of the largest message or request; of a block: its capacity
            public fixed char name[64];
            public fixed char creator[192];
            public ulong instance; // another number each time that the channel's memory is made; in a list: 0
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmInfoUtf8
        {
            public uint size;
            public uint kind;
            public uint access;
            public uint readers;
            public uint writers;
            public uint reserved;
            public ulong capacity;
            public ulong max_message;
            public fixed byte name[192];
            public fixed byte creator[192];
            public ulong instance;
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmStats
        {
            public uint size; // sizeof(ShmStats)
            public uint reserved; // 0
            public ulong sequence; // of the channel: number of the last message or value published
            public ulong recoveries; // of the channel: locks and loans taken back from processes that died
            public ulong written; // messages written; of a service's client: calls begun
            public ulong bytes_written; // their bytes
            public ulong read; // messages or changed values read; of a service's server: requests taken
            public ulong bytes_read; // their bytes
            public ulong lost; // messages overwritten before this handle read them; of a block: values
            public ulong lock_waits; // writes that had to wait for another writer
            public ulong read_waits; // times that a read, or the wait for an answer, went to sleep
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmMessage
        {
            public uint size; // sizeof(ShmMessage)
            public uint flags; // [out, reading] SHM_MESSAGE_…
            public ulong sequence; // [out, reading] number of the message in its channel, from 1
            // [out, reading] its commit, in 100 ns since 1601 UTC; 0: its writer gives none
            public ulong timestamp;
            public void* data; // the bytes: writing [in], reading [out] where in the buffer they are
            public UIntPtr length; // their number: writing [in], reading [out]
            public uint writer; // [out, reading] the process that wrote it; 0: not known, as of a block
            public uint reserved; // 0
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmCaller
        {
            public uint size; // sizeof(ShmCaller)
            public uint pid; // its process
            public uint session; // that process's session; 0xFFFFFFFF: not known
            public uint flags; // SHM_CALLER_…
            public fixed char account[192];
        }

        [StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]
        public struct ShmCallerUtf8
        {
            public uint size;
            public uint pid;
            public uint session;
            public uint flags;
            public fixed byte account[192];
        }

        // ---- library

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern uint ShmVersion();

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern char* ShmErrorText(int status);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern byte* ShmErrorTextUtf8(int status);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern char* ShmLastErrorText();

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern byte* ShmLastErrorTextUtf8();

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmLastRefusal();

        // ---- channel

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmOpen([MarshalAs(UnmanagedType.LPWStr)] string name, ShmOptions* options,
            uint* channel);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmOpenUtf8(byte* name, ShmOptions* options, uint* channel);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmClose(uint channel);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCancel(uint channel);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmSetCancelled(uint channel, int cancelled);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmGetInfo(uint channel, ShmInfo* info);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmGetInfoUtf8(uint channel, ShmInfoUtf8* info);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmGetStats(uint channel, ShmStats* stats);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmListChannels(ShmInfo* list, uint capacity, uint* count);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmListChannelsUtf8(ShmInfoUtf8* list, uint capacity, uint* count);

        // ---- copied

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmWrite(uint channel, void* data, UIntPtr size, uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmRead(uint channel, void* buffer, UIntPtr capacity, UIntPtr* size,
            uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmWriteBatch(uint channel, ShmMessage* messages, uint count, uint* written,
            uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmReadBatch(uint channel, ShmMessage* messages, uint capacity,
            void* buffer, UIntPtr buffer_size, uint* count, uint timeout_ms);

        // ---- in place

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmLoan(uint channel, UIntPtr size, void** memory, uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCommit(uint channel, UIntPtr size);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmAbort(uint channel);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmLock(uint channel, void** memory, UIntPtr* size, uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmUnlock(uint channel, UIntPtr size);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmFlush(uint channel);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmPeek(uint channel, void** data, UIntPtr* size, uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmRelease(uint channel);

        // ---- calls

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCall(uint channel, void* request, UIntPtr size, void* answer,
            UIntPtr capacity, UIntPtr* answer_size, uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCallBegin(uint channel, void* request, UIntPtr size, ulong* token,
            uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCallEnd(uint channel, ulong token, void* answer, UIntPtr capacity,
            UIntPtr* answer_size, uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCallLoan(uint channel, UIntPtr size, void** memory, ulong* token,
            uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCallCommit(uint channel, ulong token, UIntPtr size);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCallPeek(uint channel, ulong token, void** answer, UIntPtr* size,
            uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCallRelease(uint channel, ulong token);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmCallCancel(uint channel, ulong token);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmServe(uint channel, void* request, UIntPtr capacity, UIntPtr* size,
            ulong* token, uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmServePeek(uint channel, void** request, UIntPtr* size, ulong* token,
            uint timeout_ms);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmAnswerLoan(uint channel, ulong token, void** memory, UIntPtr* capacity);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmAnswer(uint channel, ulong token, void* answer, UIntPtr size);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmRefuse(uint channel, ulong token, int code,
            [MarshalAs(UnmanagedType.LPWStr)] string text);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmRefuseUtf8(uint channel, ulong token, int code, byte* text);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmGetCaller(uint channel, ulong token, ShmCaller* caller);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmGetCallerUtf8(uint channel, ulong token, ShmCallerUtf8* caller);

        // ---- notification

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmGetWaitHandle(uint channel, void** handle);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmNotifyWindow(uint channel, void* window, uint message, UIntPtr cookie);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmNotifyPipe(uint channel, void* pipe);

        [DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        public static extern int ShmWaitAny(uint* channels, uint count, uint* index, uint timeout_ms);

        // ---- checks

        /// <summary>A struct that is not laid out as in C would corrupt memory.</summary>
        static Native()
        {
            ShmOptions shmOptions;
            Check(
                sizeof(ShmOptions) == 56
                && Offset(&shmOptions, &shmOptions.size) == 0
                && Offset(&shmOptions, &shmOptions.access) == 4
                && Offset(&shmOptions, &shmOptions.kind) == 8
                && Offset(&shmOptions, &shmOptions.flags) == 12
                && Offset(&shmOptions, &shmOptions.open_timeout_ms) == 16
                && Offset(&shmOptions, &shmOptions.spin) == 20
                && Offset(&shmOptions, &shmOptions.capacity) == 24
                && Offset(&shmOptions, &shmOptions.max_message) == 32
                && Offset(&shmOptions, &shmOptions.when_full) == 40
                && Offset(&shmOptions, &shmOptions.reserved) == 44
                && Offset(&shmOptions, &shmOptions.max_calls) == 48
                && Offset(&shmOptions, &shmOptions.max_clients) == 52,
                "ShmOptions");
            ShmInfo shmInfo;
            Check(
                sizeof(ShmInfo) == 560
                && Offset(&shmInfo, &shmInfo.size) == 0
                && Offset(&shmInfo, &shmInfo.kind) == 4
                && Offset(&shmInfo, &shmInfo.access) == 8
                && Offset(&shmInfo, &shmInfo.readers) == 12
                && Offset(&shmInfo, &shmInfo.writers) == 16
                && Offset(&shmInfo, &shmInfo.reserved) == 20
                && Offset(&shmInfo, &shmInfo.capacity) == 24
                && Offset(&shmInfo, &shmInfo.max_message) == 32
                && Offset(&shmInfo, shmInfo.name) == 40
                && Offset(&shmInfo, shmInfo.creator) == 168
                && Offset(&shmInfo, &shmInfo.instance) == 552,
                "ShmInfo");
            ShmInfoUtf8 shmInfoUtf8;
            Check(
                sizeof(ShmInfoUtf8) == 432
                && Offset(&shmInfoUtf8, &shmInfoUtf8.size) == 0
                && Offset(&shmInfoUtf8, &shmInfoUtf8.kind) == 4
                && Offset(&shmInfoUtf8, &shmInfoUtf8.access) == 8
                && Offset(&shmInfoUtf8, &shmInfoUtf8.readers) == 12
                && Offset(&shmInfoUtf8, &shmInfoUtf8.writers) == 16
                && Offset(&shmInfoUtf8, &shmInfoUtf8.reserved) == 20
                && Offset(&shmInfoUtf8, &shmInfoUtf8.capacity) == 24
                && Offset(&shmInfoUtf8, &shmInfoUtf8.max_message) == 32
                && Offset(&shmInfoUtf8, shmInfoUtf8.name) == 40
                && Offset(&shmInfoUtf8, shmInfoUtf8.creator) == 232
                && Offset(&shmInfoUtf8, &shmInfoUtf8.instance) == 424,
                "ShmInfoUtf8");
            ShmStats shmStats;
            Check(
                sizeof(ShmStats) == 80
                && Offset(&shmStats, &shmStats.size) == 0
                && Offset(&shmStats, &shmStats.reserved) == 4
                && Offset(&shmStats, &shmStats.sequence) == 8
                && Offset(&shmStats, &shmStats.recoveries) == 16
                && Offset(&shmStats, &shmStats.written) == 24
                && Offset(&shmStats, &shmStats.bytes_written) == 32
                && Offset(&shmStats, &shmStats.read) == 40
                && Offset(&shmStats, &shmStats.bytes_read) == 48
                && Offset(&shmStats, &shmStats.lost) == 56
                && Offset(&shmStats, &shmStats.lock_waits) == 64
                && Offset(&shmStats, &shmStats.read_waits) == 72,
                "ShmStats");
            ShmMessage shmMessage;
            Check(
                sizeof(ShmMessage) == (sizeof(void*) == 8 ? 48 : 40)
                && Offset(&shmMessage, &shmMessage.size) == 0
                && Offset(&shmMessage, &shmMessage.flags) == 4
                && Offset(&shmMessage, &shmMessage.sequence) == 8
                && Offset(&shmMessage, &shmMessage.timestamp) == 16
                && Offset(&shmMessage, &shmMessage.data) == 24
                && Offset(&shmMessage, &shmMessage.length) == (sizeof(void*) == 8 ? 32 : 28)
                && Offset(&shmMessage, &shmMessage.writer) == (sizeof(void*) == 8 ? 40 : 32)
                && Offset(&shmMessage, &shmMessage.reserved) == (sizeof(void*) == 8 ? 44 : 36),
                "ShmMessage");
            ShmCaller shmCaller;
            Check(
                sizeof(ShmCaller) == 400
                && Offset(&shmCaller, &shmCaller.size) == 0
                && Offset(&shmCaller, &shmCaller.pid) == 4
                && Offset(&shmCaller, &shmCaller.session) == 8
                && Offset(&shmCaller, &shmCaller.flags) == 12
                && Offset(&shmCaller, shmCaller.account) == 16,
                "ShmCaller");
            ShmCallerUtf8 shmCallerUtf8;
            Check(
                sizeof(ShmCallerUtf8) == 208
                && Offset(&shmCallerUtf8, &shmCallerUtf8.size) == 0
                && Offset(&shmCallerUtf8, &shmCallerUtf8.pid) == 4
                && Offset(&shmCallerUtf8, &shmCallerUtf8.session) == 8
                && Offset(&shmCallerUtf8, &shmCallerUtf8.flags) == 12
                && Offset(&shmCallerUtf8, shmCallerUtf8.account) == 16,
                "ShmCallerUtf8");
        }

        internal static void Check(bool isRight, string name)
        {
            if (!isRight) throw new TypeLoadException(name + " is not laid out as in the C header");
        }

        internal static long Offset(void* start, void* field)
        {
            return (byte*)field - (byte*)start;
        }
    }
}
