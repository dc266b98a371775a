using System;
using System.Buffers;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace ShmBroker
{
    // A message, or a block's value: at once if it is new, else when it changes, else the old one when the time is up.
    public sealed partial class ShmChannel
    {
        private const int ScratchSize = 16 * 1024;
        private const int MostOfBatch = 1024;

        // For what is copied to an array of its own size.
        [ThreadStatic]
        private static byte[]? scratch;

        private readonly Turn reading = new Turn();
        private Taking<ShmMessage>? takeMessage;

        private delegate int Taking<T>(Deadline deadline, out T taken);

        // ---- on this thread

        /// <summary>Reads a message, or a block's value. Waits for it without end.</summary>
        public ShmMessage Read()
        {
            return Read(Timeout.InfiniteTimeSpan);
        }

        /// <summary>
        /// The same. If nothing comes within the timeout, or another call reads through this channel all the time:
        /// <see cref="ShmStatus.Empty"/>.
        /// </summary>
        public ShmMessage Read(TimeSpan timeout)
        {
            var deadline = new Deadline(timeout);
            if (!EnterReading(deadline)) throw ShmException.Of(Native.SHM_E_EMPTY);
            try
            {
                Check(Take(deadline, out ShmMessage message));
                return message;
            }
            finally
            {
                reading.Leave();
            }
        }

        /// <summary>The same. Without a timeout it does not wait.</summary>
        /// <returns>
        /// false: nothing came, another call read through this channel all the time, or what Peek has shown is not
        /// given back
        /// </returns>
        public bool TryRead(out ShmMessage message, TimeSpan timeout = default)
        {
            var deadline = new Deadline(timeout);
            message = default;
            if (!EnterReading(deadline)) return false;
            try
            {
                int status = Take(deadline, out message);
                return status != Native.SHM_E_STATE && IsThere(status);
            }
            finally
            {
                reading.Leave();
            }
        }

        /// <summary>Reads into the caller's memory. Waits without end.</summary>
        /// <returns>the part of it that was filled</returns>
        public Span<byte> Read(Span<byte> room, out ShmNews news)
        {
            return Read(room, out news, Timeout.InfiniteTimeSpan);
        }

        /// <summary>The same. If nothing comes within the timeout: <see cref="ShmStatus.Empty"/>.</summary>
        public unsafe Span<byte> Read(Span<byte> room, out ShmNews news, TimeSpan timeout)
        {
            var deadline = new Deadline(timeout);
            if (!EnterReading(deadline)) throw ShmException.Of(Native.SHM_E_EMPTY);
            try
            {
                fixed (byte* bytes = &MemoryMarshal.GetReference(room))
                {
                    UIntPtr size;
                    news = (ShmNews)Check(
                        Native.ShmRead(Handle, bytes, (UIntPtr)room.Length, &size, deadline.Left));
                    return room.Slice(0, (int)size);
                }
            }
            finally
            {
                reading.Leave();
            }
        }

        /// <summary>Reads as many messages as there are, at least one, and at most so many.</summary>
        public ShmMessage[] ReadBatch(int most)
        {
            return ReadBatch(most, Timeout.InfiniteTimeSpan);
        }

        /// <summary>The same. None, if nothing comes within the timeout.</summary>
        public ShmMessage[] ReadBatch(int most, TimeSpan timeout)
        {
            CheckMost(most);
            var deadline = new Deadline(timeout);
            if (!EnterReading(deadline)) return Array.Empty<ShmMessage>();
            try
            {
                IsThere(TakeBatch(most, deadline, out ShmMessage[] messages));
                return messages;
            }
            finally
            {
                reading.Leave();
            }
        }

        // ---- without a thread

        /// <summary>
        /// Reads a message, or a block's value. Waits for it without end, and without a thread. What awaits it
        /// without a SynchronizationContext goes on on a thread of Windows' thread pool.
        /// </summary>
        public ValueTask<ShmMessage> ReadAsync(CancellationToken cancellationToken = default)
        {
            return ReadAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        /// <summary>The same. If nothing comes within the timeout: <see cref="ShmStatus.Empty"/>.</summary>
        public async ValueTask<ShmMessage> ReadAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            return await ReadOrNothingAsync(timeout, false, cancellationToken).ConfigureAwait(false) ??
                   throw ShmException.Of(Native.SHM_E_EMPTY);
        }

        /// <summary>The same.</summary>
        /// <returns>null: nothing came within the timeout, or what Peek has shown is not given back</returns>
        public ValueTask<ShmMessage?> TryReadAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            return ReadOrNothingAsync(timeout, true, cancellationToken);
        }

        /// <summary>All that comes.</summary>
        public IAsyncEnumerable<ShmMessage> ReadAllAsync(CancellationToken cancellationToken = default)
        {
            return ReadAllAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        /// <summary>All that comes, until nothing new has come within the timeout.</summary>
        public async IAsyncEnumerable<ShmMessage> ReadAllAsync(
            TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            while (await ReadOrNothingAsync(timeout, false, cancellationToken).ConfigureAwait(false)
                   is ShmMessage message)
            {
                if (message.News == ShmNews.Unchanged) yield break;
                yield return message;
            }
        }

        /// <summary>Reads as many messages as there are, at least one, and at most so many.</summary>
        public ValueTask<ShmMessage[]> ReadBatchAsync(int most, CancellationToken cancellationToken = default)
        {
            return ReadBatchAsync(most, Timeout.InfiniteTimeSpan, cancellationToken);
        }

        /// <summary>The same. None, if nothing comes within the timeout.</summary>
        public async ValueTask<ShmMessage[]> ReadBatchAsync(
            int most, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            CheckMost(most);
            int Batch(Deadline deadline, out ShmMessage[] taken) => TakeBatch(most, deadline, out taken);
            (int status, ShmMessage[]? messages) =
                await TakeAsync<ShmMessage[]>(Batch, timeout, false, cancellationToken).ConfigureAwait(false);
            return status >= 0 ? messages! : Array.Empty<ShmMessage>();
        }

        // ---- how it is done

        private static void CheckMost(int most)
        {
            if (most < 1) throw new ArgumentOutOfRangeException(nameof(most), most, "a batch has one message or more");
        }

        // The turn is this class's and not the DLL's, so that it can be waited for without a thread.
        private bool EnterReading(Deadline deadline)
        {
            if (!reading.TryEnter() && !AwaitReading(deadline)) return false;
            // The event wakes one: whoever waits in the DLL is to be the only one.
            if (handle.Signal != null && !deadline.HasEnded) EndSignal();
            return true;
        }

        private bool AwaitReading(Deadline deadline)
        {
            if (deadline.HasEnded) return false;
            CancellationToken interruption = Interruption;
            ThrowIfInterrupted(interruption);
            try
            {
                return reading.Enter(deadline, interruption);
            }
            catch (OperationCanceledException)
            {
                ThrowIfInterrupted(interruption);
                throw;
            }
        }

        private async ValueTask<bool> EnterReadingAsync(
            Deadline deadline, CancellationToken interruption, CancellationToken token)
        {
            if (deadline.HasEnded) return false;
            ThrowIfInterrupted(interruption);
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(interruption, token))
            {
                try
                {
                    return await reading.EnterAsync(deadline, either.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    token.ThrowIfCancellationRequested();
                    ThrowIfInterrupted(interruption);
                    throw;
                }
            }
        }

        private async ValueTask<ShmMessage?> ReadOrNothingAsync(TimeSpan timeout, bool isTry, CancellationToken token)
        {
            takeMessage ??= Take;
            (int status, ShmMessage message) =
                await TakeAsync(takeMessage, timeout, isTry, token).ConfigureAwait(false);
            return status >= 0 ? message : (ShmMessage?)null;
        }

        // isTry: what Peek has shown is not given back is no exception.
        private async ValueTask<(int Status, T? Taken)> TakeAsync<T>(
            Taking<T> take, TimeSpan timeout, bool isTry, CancellationToken token)
        {
            var deadline = new Deadline(timeout);
            CancellationToken interruption = Interruption;
            token.ThrowIfCancellationRequested();
            if (!reading.TryEnter() &&
                !await EnterReadingAsync(deadline, interruption, token).ConfigureAwait(false))
            {
                return (Native.SHM_E_EMPTY, default);
            }
            try
            {
                for (;;)
                {
                    bool isLast = deadline.HasEnded;
                    int status = take(default, out T taken);
                    if (isTry && status == Native.SHM_E_STATE) return (status, default);
                    if (IsThere(status) && status != Native.SHM_S_UNCHANGED) return (status, taken);
                    if (isLast) return (status, taken);
                    ThrowIfInterrupted(interruption);
                    await Signal.WaitAsync(deadline, interruption, token).ConfigureAwait(false);
                    token.ThrowIfCancellationRequested();
                    ThrowIfInterrupted(interruption);
                }
            }
            finally
            {
                reading.Leave();
            }
        }

        // Whether there was something. To be called right behind the call, on its thread.
        private bool IsThere(int status)
        {
            if (status == Native.SHM_E_EMPTY || status == Native.SHM_E_TIMEOUT) return false;
            return Check(status) >= 0;
        }

        private unsafe int Take(Deadline deadline, out ShmMessage message)
        {
            byte[] room = scratch ??= new byte[ScratchSize];
            Native.ShmMessage native;
            native.size = (uint)sizeof(Native.ShmMessage);
            for (;;)
            {
                int status;
                fixed (byte* bytes = room)
                {
                    uint count;
                    status = Native.ShmReadBatch(
                        Handle, &native, 1, bytes, (UIntPtr)room.Length, &count, deadline.Left);
                }
                if (status == Native.SHM_E_BUFFER)
                {
                    // The next one may be another message, when this one has been taken or overwritten meanwhile.
                    room = new byte[MemorySize("the next message", native.length)];
                    continue;
                }
                message = status >= 0
                    ? new ShmMessage(ArrayOf(room, 0, (int)native.length), (ShmNews)status, native)
                    : default;
                return status;
            }
        }

        // What has the right size already is not copied.
        private static byte[] ArrayOf(byte[] room, int start, int length)
        {
            if (room.Length == length && room != scratch) return room;
            return room.AsSpan(start, length).ToArray();
        }

        private unsafe int TakeBatch(int most, Deadline deadline, out ShmMessage[] messages)
        {
            var natives = new Native.ShmMessage[Math.Min(most, MostOfBatch)];
            byte[] room = ArrayPool<byte>.Shared.Rent(4 * ScratchSize);
            try
            {
                for (;;)
                {
                    fixed (Native.ShmMessage* list = natives)
                    fixed (byte* bytes = room)
                    {
                        list->size = (uint)sizeof(Native.ShmMessage);
                        uint count;
                        int status = Native.ShmReadBatch(
                            Handle, list, (uint)natives.Length, bytes, (UIntPtr)room.Length, &count, deadline.Left);
                        if (status != Native.SHM_E_BUFFER)
                        {
                            messages = status >= 0
                                ? Copies(list, (int)count, bytes, room, status)
                                : Array.Empty<ShmMessage>();
                            return status;
                        }
                    }
                    int wanted = MemorySize("the next message", natives[0].length);
                    ArrayPool<byte>.Shared.Return(room);
                    room = ArrayPool<byte>.Shared.Rent(wanted);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }

        private static unsafe ShmMessage[] Copies(
            Native.ShmMessage* list, int count, byte* bytes, byte[] room, int status)
        {
            var messages = new ShmMessage[count];
            for (int i = 0; i < count; i++)
            {
                ShmNews news = (list[i].flags & Native.SHM_MESSAGE_LOST) != 0 ? ShmNews.Lost
                    : (list[i].flags & Native.SHM_MESSAGE_REDELIVERED) != 0 ? ShmNews.Redelivered
                    : status == Native.SHM_S_UNCHANGED ? ShmNews.Unchanged : ShmNews.None;
                byte[] data = room.AsSpan((int)((byte*)list[i].data - bytes), (int)list[i].length).ToArray();
                messages[i] = new ShmMessage(data, news, list[i]);
            }
            return messages;
        }
    }
}
