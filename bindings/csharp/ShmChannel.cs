using System;
using System.Collections.Generic;
using System.Threading;

namespace ShmBroker
{
    /// <summary>
    /// An open channel. Any thread may call any method. Calls that read take turns, and so do calls that write.
    /// A failed call throws a <see cref="ShmException"/>; one that Dispose ends, an ObjectDisposedException.
    /// </summary>
    public sealed partial class ShmChannel : IDisposable
    {
        private readonly ShmChannelHandle handle;
        private readonly ShmInfo opened;
        private CancellationTokenSource interrupt = new CancellationTokenSource();
        private volatile bool isCancelled;
        private volatile bool isDisposed;

        /// <summary>
        /// Opens an existing channel to read from it, to write to it, or both.
        /// </summary>
        public ShmChannel(string name, ShmAccess access)
            : this(name, new ShmOptions { Access = access })
        {
        }

        /// <summary>
        /// Opens a channel. The other side may have opened it before, open it later, or never.
        /// </summary>
        /// <param name="name">the channel's name</param>
        /// <param name="options">
        /// without: an existing channel, with every right that the account has. Who only writes asks for
        /// <see cref="ShmAccess.Write"/>: else it is a reader too, for which the writers of some topics wait
        /// </param>
        public unsafe ShmChannel(string name, ShmOptions? options = null)
        {
            if (name == null) throw new ArgumentNullException(nameof(name));
            ClientDll.Need();
            // C would take what is before it.
            if (name.IndexOf('\0') >= 0) throw ShmException.Of(Native.SHM_E_NAME);
            Native.ShmOptions native = (options ?? new ShmOptions()).ToNative();
            uint channel;
            ShmException.Check(Native.ShmOpen(name, &native, &channel));
            handle = new ShmChannelHandle(channel);
            opened = GetInfo();
        }

        public string Name => opened.Name;

        public ShmKind Kind => opened.Kind;

        /// <summary>Bytes of payload that the channel holds; of a service: of its largest answer.</summary>
        public long Capacity => opened.Capacity;

        /// <summary>Bytes of its largest message; of a block: its capacity; of a service: of its largest request.</summary>
        public long MaxMessage => opened.MaxMessage;

        /// <summary>For the functions of Native: keep the channel alive until they have returned.</summary>
        public uint Handle => handle.Channel;

        /// <summary>
        /// Whether calls must not wait: while it is true, those that wait end with
        /// <see cref="ShmStatus.Cancelled"/>, and so does at once each one that would have to wait. What needs no
        /// wait still succeeds.
        /// </summary>
        public bool IsCancelled
        {
            get => isCancelled;
            set
            {
                isCancelled = value;
                Check(Native.ShmSetCancelled(Handle, value ? 1 : 0));
                if (value) Interrupt();
            }
        }

        internal bool IsDisposed => isDisposed;

        /// <summary>The channels that this account may read or write.</summary>
        public static unsafe IReadOnlyList<ShmInfo> List()
        {
            ClientDll.Need();
            uint count;
            ShmException.Check(Native.ShmListChannels(null, 0, &count));
            for (;;)
            {
                var room = new Native.ShmInfo[count + 1];
                fixed (Native.ShmInfo* list = room)
                {
                    list->size = (uint)sizeof(Native.ShmInfo);
                    int status = Native.ShmListChannels(list, (uint)room.Length, &count);
                    if (status == Native.SHM_E_BUFFER) continue; // more have come meanwhile
                    ShmException.Check(status);
                    var infos = new List<ShmInfo>();
                    for (int i = 0; i < count; i++) infos.Add(new ShmInfo(list + i));
                    return infos;
                }
            }
        }

        public unsafe ShmInfo GetInfo()
        {
            Native.ShmInfo info;
            info.size = (uint)sizeof(Native.ShmInfo);
            Check(Native.ShmGetInfo(Handle, &info));
            return new ShmInfo(&info);
        }

        public unsafe ShmStats GetStats()
        {
            Native.ShmStats stats;
            stats.size = (uint)sizeof(Native.ShmStats);
            Check(Native.ShmGetStats(Handle, &stats));
            return new ShmStats(stats);
        }

        /// <summary>
        /// Ends every call that waits on this channel now, with <see cref="ShmStatus.Cancelled"/>, also those that
        /// wait without a thread. Later calls are not affected: see <see cref="IsCancelled"/>.
        /// </summary>
        public void Cancel()
        {
            Check(Native.ShmCancel(Handle));
            Interrupt();
        }

        /// <summary>Has the service bring a block's value to its file.</summary>
        public void Flush()
        {
            Check(Native.ShmFlush(Handle));
        }

        /// <summary>
        /// Closes it, when the calls that use it in other threads have left: those that wait end with an
        /// ObjectDisposedException. What it has lent is given back.
        /// </summary>
        public void Dispose()
        {
            isDisposed = true;
            Interrupt();
            lock (making)
            {
                handle.Dispose();
                readable?.Dispose();
            }
        }

        // ---- how calls end

        // Of a call on Handle. That is only a number: if nobody used the channel any more, the garbage collector
        // might close it during the call.
        internal int Check(int status)
        {
            GC.KeepAlive(this);
            return status >= 0 ? status : throw FailureOf(status);
        }

        /// <summary>What has become of a call that has failed. To be called right behind it, on its thread.</summary>
        internal Exception FailureOf(int status)
        {
            bool isClosed = status == Native.SHM_E_CLOSED || status == Native.SHM_E_HANDLE;
            if (isDisposed && isClosed) return new ObjectDisposedException(nameof(ShmChannel));
            return ShmException.OfLastCall(status);
        }

        // For waits that are not the DLL's: cancelled when one of them is to end.
        private CancellationToken Interruption => Volatile.Read(ref interrupt).Token;

        private void Interrupt()
        {
            Interlocked.Exchange(ref interrupt, new CancellationTokenSource()).Cancel();
            handle.Signal?.Wake();
            MadeAsyncCalls?.Interrupt();
        }

        // Of a call that is about to wait, or has waited, otherwise than in the DLL.
        private void ThrowIfInterrupted(CancellationToken interruption)
        {
            if (isDisposed) throw new ObjectDisposedException(nameof(ShmChannel));
            if (isCancelled || interruption.IsCancellationRequested)
            {
                throw ShmException.Of(Native.SHM_E_CANCELLED);
            }
        }
    }
}
