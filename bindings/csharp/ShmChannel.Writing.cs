using System;
using System.Buffers;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace ShmBroker
{
    // Writes a message, or a block's value. What has no room waits for it, and for other writers.
    public sealed partial class ShmChannel
    {
        // How long a write without a thread waits before it looks whether it is to end. What ends waits in C ends all
        // of a handle's, and not one that is only about to wait.
        private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(25);

        // One waits for room at a time, in a thread of its own; the others wait for it without one.
        private readonly SemaphoreSlim writingAsync = new SemaphoreSlim(1);

        // ---- on this thread

        /// <summary>
        /// Writes a message, or a block's value. Waits without end; but while what Loan or Lock has lent is not given
        /// back, on whatever thread, that is <see cref="ShmStatus.State"/> at once. Whoever lends on one thread and
        /// writes on another opens a channel for each.
        /// </summary>
        public void Write(ReadOnlySpan<byte> data)
        {
            Write(data, Timeout.InfiniteTimeSpan);
        }

        /// <summary>
        /// The same. If there is no room within the timeout: <see cref="ShmStatus.Full"/>; if others write all the
        /// time: <see cref="ShmStatus.Timeout"/>.
        /// </summary>
        public void Write(ReadOnlySpan<byte> data, TimeSpan timeout)
        {
            Check(WriteStatus(data, Timeouts.Milliseconds(timeout)));
        }

        /// <summary>The same. Without a timeout it does not wait.</summary>
        /// <returns>
        /// false: there was no room, somebody else was writing, or what Loan or Lock has lent is not given back
        /// </returns>
        public bool TryWrite(ReadOnlySpan<byte> data, TimeSpan timeout = default)
        {
            return IsWritten(WriteStatus(data, Timeouts.Milliseconds(timeout)));
        }

        public void Write(byte[] data)
        {
            Write(SpanOf(data));
        }

        public void Write(byte[] data, TimeSpan timeout)
        {
            Write(SpanOf(data), timeout);
        }

        public bool TryWrite(byte[] data, TimeSpan timeout = default)
        {
            return TryWrite(SpanOf(data), timeout);
        }

        /// <summary>
        /// Writes messages in their order, at less cost than one by one. Waits without end. A failure tells how many
        /// were written: <see cref="ShmException.MessagesWritten"/>.
        /// </summary>
        public void WriteBatch(IReadOnlyList<ReadOnlyMemory<byte>> messages)
        {
            WriteBatch(messages, Timeout.InfiniteTimeSpan);
        }

        /// <summary>The same.</summary>
        public void WriteBatch(IReadOnlyList<ReadOnlyMemory<byte>> messages, TimeSpan timeout)
        {
            int status = WriteBatchStatus(messages, timeout, out int written);
            CheckBatch(status, written);
        }

        /// <summary>The same. Without a timeout it does not wait.</summary>
        /// <returns>how many were written before the time was up</returns>
        public int TryWriteBatch(IReadOnlyList<ReadOnlyMemory<byte>> messages, TimeSpan timeout = default)
        {
            int status = WriteBatchStatus(messages, timeout, out int written);
            if (!IsRefusal(status)) CheckBatch(status, written);
            return written;
        }

        // ---- without a thread

        /// <summary>
        /// Writes a message, or a block's value. Waits without end: for room in a thread of its own, as Windows has
        /// nothing to wait for there. Calls are carried out in their order.
        /// </summary>
        public ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
        {
            return WriteAsync(data, Timeout.InfiniteTimeSpan, cancellationToken);
        }

        /// <summary>The same. Fails as Write does where it was not written in time.</summary>
        public async ValueTask WriteAsync(
            ReadOnlyMemory<byte> data, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            int status = await WriteStatusAsync(data, timeout, false, cancellationToken).ConfigureAwait(false);
            if (status < 0) throw ShmException.Of(status);
        }

        /// <summary>The same.</summary>
        /// <returns>
        /// false: there was no room within the timeout, somebody else was writing, or what Loan or Lock has lent is not
        /// given back
        /// </returns>
        public async ValueTask<bool> TryWriteAsync(
            ReadOnlyMemory<byte> data, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            return await WriteStatusAsync(data, timeout, true, cancellationToken).ConfigureAwait(false) >= 0;
        }

        // ---- how it is done

        // isTry: that it was not written is no exception.
        private async ValueTask<int> WriteStatusAsync(
            ReadOnlyMemory<byte> data, TimeSpan timeout, bool isTry, CancellationToken cancellationToken)
        {
            var deadline = new Deadline(timeout);
            CancellationToken interruption = Interruption;
            cancellationToken.ThrowIfCancellationRequested();
            if (!writingAsync.Wait(0) &&
                !await EnterWritingAsync(deadline, interruption, cancellationToken).ConfigureAwait(false))
            {
                return Native.SHM_E_FULL;
            }
            try
            {
                int status = WriteStatus(data.Span, 0);
                if (!IsWorthWaiting(status) || deadline.HasEnded) return Outcome(status, isTry);
                return await Task.Factory.StartNew(
                    () => WriteWithin(data, deadline, isTry, interruption, cancellationToken),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default).ConfigureAwait(false);
            }
            finally
            {
                writingAsync.Release();
            }
        }

        private static ReadOnlySpan<byte> SpanOf(byte[] data)
        {
            return data ?? throw new ArgumentNullException(nameof(data));
        }

        private unsafe int WriteStatus(ReadOnlySpan<byte> data, uint timeout)
        {
            fixed (byte* bytes = &MemoryMarshal.GetReference(data))
            {
                return Native.ShmWrite(Handle, bytes, (UIntPtr)data.Length, timeout);
            }
        }

        private static bool IsWorthWaiting(int status)
        {
            return status == Native.SHM_E_FULL || status == Native.SHM_E_TIMEOUT;
        }

        // Whether it was not written for a reason that passes.
        private static bool IsRefusal(int status)
        {
            return IsWorthWaiting(status) || status == Native.SHM_E_STATE;
        }

        // Right behind the call, on its thread.
        private int Outcome(int status, bool isTry)
        {
            return isTry && IsRefusal(status) ? status : Check(status);
        }

        private bool IsWritten(int status)
        {
            return Outcome(status, isTry: true) >= 0;
        }

        private async ValueTask<bool> EnterWritingAsync(
            Deadline deadline, CancellationToken interruption, CancellationToken token)
        {
            ThrowIfInterrupted(interruption);
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(interruption, token))
            {
                try
                {
                    return await writingAsync.WaitAsync(deadline.LeftAsTimeSpan, either.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    token.ThrowIfCancellationRequested();
                    ThrowIfInterrupted(interruption);
                    throw;
                }
            }
        }

        private int WriteWithin(
            ReadOnlyMemory<byte> data,
            Deadline deadline,
            bool isTry,
            CancellationToken interruption,
            CancellationToken token)
        {
            uint slice = Timeouts.Milliseconds(Slice);
            for (;;)
            {
                token.ThrowIfCancellationRequested();
                ThrowIfInterrupted(interruption);
                int status = WriteStatus(data.Span, Math.Min(deadline.Left, slice));
                if (!IsWorthWaiting(status) || deadline.HasEnded) return Outcome(status, isTry);
            }
        }

        private void CheckBatch(int status, int written)
        {
            try
            {
                Check(status);
            }
            catch (ShmException failure)
            {
                failure.MessagesWritten = written;
                throw;
            }
        }

        private unsafe int WriteBatchStatus(
            IReadOnlyList<ReadOnlyMemory<byte>> messages, TimeSpan timeout, out int written)
        {
            if (messages == null) throw new ArgumentNullException(nameof(messages));
            uint milliseconds = Timeouts.Milliseconds(timeout);
            var natives = new Native.ShmMessage[messages.Count];
            var pins = new MemoryHandle[natives.Length];
            try
            {
                for (int i = 0; i < natives.Length; i++)
                {
                    ReadOnlyMemory<byte> message = messages[i];
                    pins[i] = message.Pin();
                    natives[i].size = (uint)sizeof(Native.ShmMessage);
                    natives[i].data = pins[i].Pointer;
                    natives[i].length = (UIntPtr)message.Length;
                }
                fixed (Native.ShmMessage* list = natives)
                {
                    uint count = 0;
                    int status = Native.ShmWriteBatch(Handle, list, (uint)natives.Length, &count, milliseconds);
                    written = (int)count;
                    return status;
                }
            }
            finally
            {
                foreach (MemoryHandle pin in pins) pin.Dispose();
            }
        }
    }
}
