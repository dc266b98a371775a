using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

namespace ShmBroker
{
    /// <summary>
    /// An open channel. Any thread may call any method. A timeout is in milliseconds: 0 does not wait,
    /// Timeout.Infinite has no end. A failed call throws a ShmException.
    /// </summary>
    public sealed partial class ShmChannel : IDisposable
    {
        private readonly ShmChannelHandle handle;
        private readonly ShmInfo opened;

        /// <summary>
        /// Opens a channel. The other side may have opened it before, open it later, or never.
        /// </summary>
        public unsafe ShmChannel(string name, ShmOptions options = null)
        {
            // C would take what is before it.
            if (name?.IndexOf('\0') >= 0) throw ShmException.Of(Native.SHM_E_NAME);
            Native.ShmOptions native = (options ?? new ShmOptions()).ToNative();
            uint channel;
            ShmException.Check(Native.ShmOpen(name, &native, &channel));
            handle = new ShmChannelHandle(channel);
            opened = GetInfo();
        }

        public string Name => opened.Name;

        public ShmKind Kind => opened.Kind;

        /// <summary>Bytes of payload that the channel holds.</summary>
        public long Capacity => opened.Capacity;

        /// <summary>Bytes of its largest message; of a block: its capacity.</summary>
        public long MaxMessage => opened.MaxMessage;

        /// <summary>For the functions of Native: keep the channel alive until they have returned.</summary>
        public uint Handle => handle.Channel;

        internal bool IsDisposed => handle.IsClosed;

        /// <summary>The channels that this account may read or write.</summary>
        public static unsafe IReadOnlyList<ShmInfo> List()
        {
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

        // ---- copied

        /// <summary>Writes a message, or a block's value.</summary>
        public void Write(ReadOnlySpan<byte> data, int timeout = Timeout.Infinite)
        {
            Check(WriteStatus(data, timeout));
        }

        /// <summary>Writes a message, or a block's value.</summary>
        /// <returns>false: there was no room, or somebody else was writing</returns>
        public bool TryWrite(ReadOnlySpan<byte> data, int timeout = 0)
        {
            int status = WriteStatus(data, timeout);
            if (status == Native.SHM_E_FULL || status == Native.SHM_E_TIMEOUT) return false;
            Check(status);
            return true;
        }

        /// <summary>
        /// Reads a message, or a block's value: at once if it is new, else when it changes, else the old one
        /// when the time is up.
        /// </summary>
        public ShmMessage Read(int timeout = Timeout.Infinite)
        {
            Check(ReadStatus(timeout, out ShmMessage message));
            return message;
        }

        /// <summary>The same. Returns false if nothing came.</summary>
        public bool TryRead(out ShmMessage message, int timeout = 0)
        {
            int status = ReadStatus(timeout, out message);
            return status != Native.SHM_E_EMPTY && Check(status) >= 0;
        }

        /// <summary>Reads into the caller's memory.</summary>
        /// <returns>the part of it that was filled</returns>
        public Span<byte> Read(Span<byte> room, out ShmNews news, int timeout = Timeout.Infinite)
        {
            news = (ShmNews)Check(ReadStatus(room, timeout, out int size));
            return room.Slice(0, size);
        }

        /// <summary>Ends every call that waits on this channel now, with SHM_E_CANCELLED.</summary>
        public void Cancel()
        {
            Check(Native.ShmCancel(Handle));
        }

        /// <summary>Has the service bring a block's value to its file.</summary>
        public void Flush()
        {
            Check(Native.ShmFlush(Handle));
        }

        /// <summary>Closes it. What waits ends with SHM_E_CLOSED, or as disposed.</summary>
        public void Dispose()
        {
            closing.Cancel();
            readable?.Dispose();
            handle.Dispose();
        }

        // Of a call on Handle. That is only a number: if nobody used the channel any more, the garbage collector
        // might close it during the call.
        private int Check(int status)
        {
            GC.KeepAlive(this);
            return ShmException.Check(status);
        }

        private unsafe int WriteStatus(ReadOnlySpan<byte> data, int timeout)
        {
            fixed (byte* bytes = &MemoryMarshal.GetReference(data))
            {
                return Native.ShmWrite(Handle, bytes, (UIntPtr)data.Length, unchecked((uint)timeout));
            }
        }

        private unsafe int ReadStatus(Span<byte> room, int timeout, out int size)
        {
            UIntPtr stored = UIntPtr.Zero;
            fixed (byte* bytes = &MemoryMarshal.GetReference(room))
            {
                uint milliseconds = unchecked((uint)timeout);
                int status = Native.ShmRead(Handle, bytes, (UIntPtr)room.Length, &stored, milliseconds);
                size = checked((int)stored);
                return status;
            }
        }

        private int ReadStatus(int timeout, out ShmMessage message)
        {
            var left = new Deadline(timeout);
            byte[] room = Array.Empty<byte>();
            for (;;)
            {
                int status = ReadStatus(room, left.Milliseconds, out int size);
                if (status == Native.SHM_E_BUFFER)
                {
                    room = new byte[size];
                    continue;
                }
                // It may be another message than the one that room was made for, when that one has been taken
                // or overwritten meanwhile: a longer one comes by here again, a shorter one leaves room.
                if (status >= 0) Array.Resize(ref room, size);
                message = status >= 0 ? new ShmMessage(room, (ShmNews)status) : default(ShmMessage);
                return status;
            }
        }
    }
}
