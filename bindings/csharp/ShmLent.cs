using System;
using System.Threading;

namespace ShmBroker
{
    /// <summary>Memory that a channel has lent.</summary>
    public abstract unsafe class ShmLent : IDisposable
    {
        private readonly ShmChannel channel;
        private readonly uint number;
        private readonly void* memory;
        private readonly UIntPtr size;
        private int isHeld = 1;

        internal ShmLent(ShmChannel channel, void* memory, UIntPtr size)
        {
            this.channel = channel;
            number = channel.Handle;
            this.memory = memory;
            this.size = size;
        }

        /// <summary>Gives it back, unless that was done already.</summary>
        public void Dispose()
        {
            GC.SuppressFinalize(this);
            DropIfHeld();
            GC.KeepAlive(channel);
        }

        // Closing the channel takes everything back.
        private bool IsHeld => Volatile.Read(ref isHeld) != 0 && !channel.IsDisposed;

        private protected Span<byte> Held
        {
            get
            {
                if (!IsHeld) throw new ObjectDisposedException(GetType().Name);
                return new Span<byte>(memory, ShmChannel.MemorySize("what is lent", size));
            }
        }

        // As a size of C, -1 would be SHM_KEEP.
        private protected static UIntPtr SizeOf(int size)
        {
            if (size >= 0) return (UIntPtr)size;
            throw new ArgumentOutOfRangeException(nameof(size), size, "a size is 0 or more");
        }

        /// <summary>Gives it back as if nothing had been done with it.</summary>
        private protected abstract int Drop(uint channel);

        private protected void DropIfHeld()
        {
            if (IsHeld && Interlocked.Exchange(ref isHeld, 0) != 0) Drop(number);
        }

        /// <summary>Ends it, once: the channel may have lent another meanwhile. To be followed by Settle.</summary>
        private protected uint End()
        {
            if (!IsHeld || Interlocked.Exchange(ref isHeld, 0) == 0)
            {
                throw new ObjectDisposedException(GetType().Name);
            }
            return number;
        }

        /// <returns>false: it was overwritten meanwhile</returns>
        private protected bool Settle(int status)
        {
            if (status == Native.SHM_E_SIZE) Volatile.Write(ref isHeld, 1); // the DLL has refused: it is still lent
            if (status == Native.SHM_E_OVERTAKEN) return false;
            channel.Check(status);
            GC.SuppressFinalize(this);
            return true;
        }
    }

    /// <summary>
    /// The memory of a message that is being written. There is no message unless it is committed. One that is forgotten
    /// is given back when the garbage collector finds it: so keep it while its span is in use.
    /// </summary>
    public sealed unsafe class ShmLoan : ShmLent
    {
        internal ShmLoan(ShmChannel channel, void* memory, int size)
            : base(channel, memory, (UIntPtr)size)
        {
        }

        ~ShmLoan()
        {
            DropIfHeld();
        }

        public Span<byte> Memory => Held;

        /// <summary>Publishes the first size bytes.</summary>
        public void Commit(int size)
        {
            UIntPtr bytes = SizeOf(size);
            Settle(Native.ShmCommit(End(), bytes));
        }

        private protected override int Drop(uint channel)
        {
            return Native.ShmAbort(channel);
        }
    }

    /// <summary>
    /// The whole memory of a block. The old value stays unless a new one is published. One that is forgotten is given
    /// back when the garbage collector finds it: so keep it while its span is in use.
    /// </summary>
    public sealed unsafe class ShmLock : ShmLent
    {
        internal ShmLock(ShmChannel channel, void* memory, int capacity, int size)
            : base(channel, memory, (UIntPtr)capacity)
        {
            Size = size;
        }

        ~ShmLock()
        {
            DropIfHeld();
        }

        public Span<byte> Memory => Held;

        /// <summary>Bytes of the value that it began with.</summary>
        public int Size { get; }

        /// <summary>Publishes the first size bytes as the new value.</summary>
        public void Publish(int size)
        {
            UIntPtr bytes = SizeOf(size);
            Settle(Native.ShmUnlock(End(), bytes));
        }

        private protected override int Drop(uint channel)
        {
            return Native.ShmUnlock(channel, Native.SHM_KEEP);
        }
    }

    /// <summary>
    /// A message where it lies. One that is forgotten stays until the channel is closed: so nobody loses a message
    /// that was not dealt with.
    /// </summary>
    public sealed unsafe class ShmPeek : ShmLent
    {
        internal ShmPeek(ShmChannel channel, void* memory, UIntPtr size, ShmNews news)
            : base(channel, memory, size)
        {
            News = news;
        }

        public ReadOnlySpan<byte> Data => Held;

        public ShmNews News { get; }

        /// <summary>Gives it back, and goes on to the next message. So does Dispose.</summary>
        /// <returns>false: a writer has overwritten it meanwhile; discard what was made of it</returns>
        public bool Release()
        {
            return Settle(Native.ShmRelease(End()));
        }

        private protected override int Drop(uint channel)
        {
            return Native.ShmRelease(channel);
        }
    }
}
