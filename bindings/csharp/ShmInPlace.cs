using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;

namespace ShmBroker
{
    // The channel's own memory, without a copy. A span must not be used after its owner has ended.
    public sealed partial class ShmChannel
    {
        /// <summary>
        /// Lends the memory of a topic's or a queue's next message. Other writers' messages wait behind it:
        /// be quick. One at a time: a second one, and a write, are <see cref="ShmStatus.State"/> at once. Waits for
        /// room without end.
        /// </summary>
        public ShmLoan Loan(int size)
        {
            return Loan(size, Timeout.InfiniteTimeSpan);
        }

        /// <summary>The same. Fails as Write does where there is no room in time.</summary>
        public ShmLoan Loan(int size, TimeSpan timeout)
        {
            Check(LoanStatus(size, timeout, out ShmLoan? loan));
            return loan!;
        }

        /// <summary>The same. Without a timeout it does not wait.</summary>
        /// <returns>false: there was no room, somebody else was writing, or one is lent already</returns>
        public bool TryLoan(int size, [NotNullWhen(true)] out ShmLoan? loan, TimeSpan timeout = default)
        {
            return IsWritten(LoanStatus(size, timeout, out loan)) && loan != null;
        }

        /// <summary>
        /// Lends the memory of a block, filled with its value, and keeps other writers out. Waits for them without end.
        /// One at a time: a second one, and a write, are <see cref="ShmStatus.State"/> at once. A block of more than
        /// 2 GiB, which no span can show, is <see cref="ShmStatus.Size"/>, and not locked.
        /// </summary>
        public ShmLock Lock()
        {
            return Lock(Timeout.InfiniteTimeSpan);
        }

        /// <summary>
        /// The same. If another writer has it for the whole timeout: <see cref="ShmStatus.Timeout"/>.
        /// </summary>
        public unsafe ShmLock Lock(TimeSpan timeout)
        {
            int capacity = MemorySize($"the block '{Name}'", (UIntPtr)(ulong)Capacity);
            void* memory;
            UIntPtr size;
            Check(Native.ShmLock(Handle, &memory, &size, Timeouts.Milliseconds(timeout)));
            return new ShmLock(this, memory, capacity, (int)size);
        }

        /// <summary>
        /// Shows a message, or a block's value, where it lies. Waits as Read does. One at a time: a second one, and a
        /// read, are <see cref="ShmStatus.State"/> at once.
        /// </summary>
        public ShmPeek Peek()
        {
            return Peek(Timeout.InfiniteTimeSpan);
        }

        /// <summary>The same. If nothing comes within the timeout: <see cref="ShmStatus.Empty"/>.</summary>
        public ShmPeek Peek(TimeSpan timeout)
        {
            var deadline = new Deadline(timeout);
            if (!EnterReading(deadline)) throw ShmException.Of(Native.SHM_E_EMPTY);
            try
            {
                Check(PeekStatus(deadline, out ShmPeek? peek));
                return peek!;
            }
            finally
            {
                reading.Leave();
            }
        }

        /// <summary>The same. Without a timeout it does not wait.</summary>
        /// <returns>
        /// false: nothing came, another call read through this channel all the time, or one is shown already
        /// </returns>
        public bool TryPeek([NotNullWhen(true)] out ShmPeek? peek, TimeSpan timeout = default)
        {
            var deadline = new Deadline(timeout);
            peek = null;
            if (!EnterReading(deadline)) return false;
            try
            {
                int status = PeekStatus(deadline, out peek);
                return status != Native.SHM_E_STATE && IsThere(status) && peek != null;
            }
            finally
            {
                reading.Leave();
            }
        }

        private unsafe int LoanStatus(int size, TimeSpan timeout, out ShmLoan? loan)
        {
            if (size < 0) throw new ArgumentOutOfRangeException(nameof(size), size, "a size is 0 or more");
            void* memory;
            int status = Native.ShmLoan(Handle, (UIntPtr)size, &memory, Timeouts.Milliseconds(timeout));
            loan = status >= 0 ? new ShmLoan(this, memory, size) : null;
            return status;
        }

        private unsafe int PeekStatus(Deadline deadline, out ShmPeek? peek)
        {
            void* data;
            UIntPtr size;
            int status = Native.ShmPeek(Handle, &data, &size, deadline.Left);
            peek = status >= 0 ? new ShmPeek(this, data, size, (ShmNews)status) : null;
            return status;
        }

        /// <summary>A number of bytes, for what .NET has in an array or a span.</summary>
        internal static int MemorySize(string what, UIntPtr bytes)
        {
            const int most = 0x7FFFFFC7; // of an array
            if ((ulong)bytes <= most) return (int)bytes;
            throw ShmException.Of(
                Native.SHM_E_SIZE,
                $"{what} has {(ulong)bytes} bytes, and an array or a span of .NET no more than {most}; use the functions " +
                "of Native for it, or a smaller channel");
        }
    }
}
