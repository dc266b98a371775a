using System;
using System.Threading;

namespace ShmBroker
{
    // The channel's own memory, without a copy. A span must not be used after its owner has ended.
    public sealed partial class ShmChannel
    {
        /// <summary>
        /// Lends the memory of a topic's or a queue's next message. Other writers' messages wait behind it:
        /// be quick. One at a time.
        /// </summary>
        public unsafe ShmLoan Loan(int size, int timeout = Timeout.Infinite)
        {
            void* memory;
            Check(Native.ShmLoan(Handle, (UIntPtr)size, &memory, unchecked((uint)timeout)));
            return new ShmLoan(this, memory, size);
        }

        /// <summary>
        /// Lends the memory of a block, filled with its value, and keeps other writers out.
        /// </summary>
        public unsafe ShmLock Lock(int timeout = Timeout.Infinite)
        {
            void* memory;
            UIntPtr size;
            Check(Native.ShmLock(Handle, &memory, &size, unchecked((uint)timeout)));
            return new ShmLock(this, memory, checked((int)Capacity), (int)size);
        }

        /// <summary>
        /// Shows a message, or a block's value, where it lies. Waits as Read does. One at a time.
        /// </summary>
        public ShmPeek Peek(int timeout = Timeout.Infinite)
        {
            Check(PeekStatus(timeout, out ShmPeek peek));
            return peek;
        }

        /// <summary>The same. Returns false if nothing came.</summary>
        public bool TryPeek(out ShmPeek peek, int timeout = 0)
        {
            int status = PeekStatus(timeout, out peek);
            return status != Native.SHM_E_EMPTY && Check(status) >= 0;
        }

        private unsafe int PeekStatus(int timeout, out ShmPeek peek)
        {
            void* data;
            UIntPtr size;
            int status = Native.ShmPeek(Handle, &data, &size, unchecked((uint)timeout));
            peek = status >= 0 ? new ShmPeek(this, data, checked((int)size), (ShmNews)status) : null;
            return status;
        }
    }

    /// <summary>Memory that a channel has lent.</summary>
    public abstract unsafe class ShmLent : IDisposable
    {
        private readonly ShmChannel channel;
        private readonly void* memory;
        private readonly int size;
        private bool isHeld = true;

        internal ShmLent(ShmChannel channel, void* memory, int size)
        {
            this.channel = channel;
            this.memory = memory;
            this.size = size;
        }

        /// <summary>
        /// Gives it back, as if nothing had been done with it, unless that was done already.
        /// </summary>
        public void Dispose()
        {
            if (IsHeld) Drop();
        }

        // Closing the channel takes everything back.
        private bool IsHeld => isHeld && !channel.IsDisposed;

        internal Span<byte> Held
        {
            get
            {
                if (!IsHeld) throw new ObjectDisposedException(GetType().Name);
                return new Span<byte>(memory, size);
            }
        }

        internal abstract void Drop();

        // As a size of C, -1 would be SHM_KEEP.
        internal static UIntPtr SizeOf(int size)
        {
            return size >= 0 ? (UIntPtr)size : throw ShmException.Of(Native.SHM_E_SIZE);
        }

        // Where the DLL refuses, it is still lent.
        internal bool GiveBack(Func<uint, int> native)
        {
            if (!IsHeld) throw new ObjectDisposedException(GetType().Name); // the channel may have lent another
            int status = native(channel.Handle);
            GC.KeepAlive(channel);
            bool isOvertaken = status == Native.SHM_E_OVERTAKEN;
            if (!isOvertaken) ShmException.Check(status);
            isHeld = false;
            return !isOvertaken;
        }
    }

    /// <summary>
    /// The memory of a message that is being written. There is no message unless it is committed.
    /// </summary>
    public sealed unsafe class ShmLoan : ShmLent
    {
        internal ShmLoan(ShmChannel channel, void* memory, int size)
            : base(channel, memory, size)
        {
        }

        public Span<byte> Memory => Held;

        /// <summary>Publishes the first size bytes.</summary>
        public void Commit(int size)
        {
            GiveBack(channel => Native.ShmCommit(channel, SizeOf(size)));
        }

        internal override void Drop()
        {
            GiveBack(Native.ShmAbort);
        }
    }

    /// <summary>The whole memory of a block. The old value stays unless a new one is published.</summary>
    public sealed unsafe class ShmLock : ShmLent
    {
        internal ShmLock(ShmChannel channel, void* memory, int capacity, int size)
            : base(channel, memory, capacity)
        {
            Size = size;
        }

        public Span<byte> Memory => Held;

        /// <summary>Bytes of the value that it began with.</summary>
        public int Size { get; }

        /// <summary>Publishes the first size bytes as the new value.</summary>
        public void Publish(int size)
        {
            GiveBack(channel => Native.ShmUnlock(channel, SizeOf(size)));
        }

        internal override void Drop()
        {
            GiveBack(channel => Native.ShmUnlock(channel, Native.SHM_KEEP));
        }
    }

    /// <summary>A message where it lies.</summary>
    public sealed unsafe class ShmPeek : ShmLent
    {
        internal ShmPeek(ShmChannel channel, void* memory, int size, ShmNews news)
            : base(channel, memory, size)
        {
            News = news;
        }

        public ReadOnlySpan<byte> Data => Held;

        public ShmNews News { get; }

        /// <summary>Gives it back, and goes on to the next message.</summary>
        /// <returns>false: a writer has overwritten it meanwhile; discard what was made of it</returns>
        public bool Release()
        {
            return GiveBack(Native.ShmRelease);
        }

        internal override void Drop()
        {
            Release();
        }
    }
}
