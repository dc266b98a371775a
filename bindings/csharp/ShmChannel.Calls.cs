using System;
using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace ShmBroker
{
    // A service: calling it, and serving it.
    public sealed partial class ShmChannel
    {
        // As the DLL says of a call that waited in it.
        private const string NotTaken = "no server took the call until the time was up, and none will: it may be made " +
                                        "again; start a server, or wait longer.";

        private const string NotAnswered = "a server took the call and had not answered it when the time was up; its " +
                                           "answer is dropped. Call again only what may be done twice, or wait longer.";

        private Taking<ShmRequest?>? takeRequest;

        // ---- a client

        /// <summary>Calls a service. Waits for the answer without end.</summary>
        public byte[] Call(ReadOnlySpan<byte> request)
        {
            return Call(request, Timeout.InfiniteTimeSpan);
        }

        /// <summary>
        /// The same. A refusal is a <see cref="ShmRefusedException"/>. If no server takes the call within the timeout,
        /// <see cref="ShmStatus.Timeout"/>, and none will; if one has taken it and does not answer in time,
        /// <see cref="ShmStatus.Unanswered"/>; if that one is gone, <see cref="ShmStatus.PeerDied"/>.
        /// </summary>
        public unsafe byte[] Call(ReadOnlySpan<byte> request, TimeSpan timeout)
        {
            uint milliseconds = Timeouts.Milliseconds(timeout);
            byte[] room = ArrayPool<byte>.Shared.Rent(LargestAnswer);
            try
            {
                UIntPtr size;
                fixed (byte* bytes = &MemoryMarshal.GetReference(request))
                fixed (byte* answer = room)
                {
                    Check(Native.ShmCall(
                        Handle, bytes, (UIntPtr)request.Length, answer, (UIntPtr)room.Length, &size, milliseconds));
                }
                return room.AsSpan(0, (int)size).ToArray();
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }

        public byte[] Call(byte[] request)
        {
            return Call(SpanOf(request));
        }

        public byte[] Call(byte[] request, TimeSpan timeout)
        {
            return Call(SpanOf(request), timeout);
        }

        /// <summary>
        /// Calls a service, and waits for the answer without end, on a thread of the pool. Several may be under way,
        /// as many as the service's max_calls. A call that is cancelled is given up.
        /// </summary>
        public Task<byte[]> CallAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
        {
            return CallAsync(request, Timeout.InfiniteTimeSpan, cancellationToken);
        }

        /// <summary>The same. How it ends otherwise: as Call.</summary>
        public Task<byte[]> CallAsync(
            ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            var deadline = new Deadline(timeout);
            return Task.Run(() => CallOnThisThread(request, deadline, cancellationToken), cancellationToken);
        }

        private int LargestAnswer => MemorySize("the largest answer", (UIntPtr)(ulong)Capacity);

        private byte[] CallOnThisThread(ReadOnlyMemory<byte> request, Deadline deadline, CancellationToken token)
        {
            var room = new byte[LargestAnswer]; // before the call: nothing of it is to fail afterwards
            ulong call = Begin(request, deadline, token);
            try
            {
                using (token.Register(() => GiveUp(call)))
                {
                    return End(call, room, deadline);
                }
            }
            catch (ShmException error) when (token.IsCancellationRequested && WasGivenUp(error.Status))
            {
                throw new OperationCanceledException(token);
            }
        }

        // What ShmCallEnd says of a call that GiveUp has ended: while it waited, or before.
        private static bool WasGivenUp(ShmStatus status)
        {
            return status == ShmStatus.Cancelled || status == ShmStatus.Argument;
        }

        private unsafe ulong Begin(ReadOnlyMemory<byte> request, Deadline deadline, CancellationToken token)
        {
            for (;;)
            {
                token.ThrowIfCancellationRequested();
                bool isLast = deadline.HasEnded;
                // What ends waits in C ends all of a handle's: so it waits for room by and by.
                uint wait = Math.Min(deadline.Left, (uint)Slice.TotalMilliseconds);
                ulong call;
                fixed (byte* bytes = &MemoryMarshal.GetReference(request.Span))
                {
                    int status = Native.ShmCallBegin(Handle, bytes, (UIntPtr)request.Length, &call, wait);
                    bool isBusy = status == Native.SHM_E_FULL || status == Native.SHM_E_TIMEOUT;
                    if (isBusy && !isLast) continue;
                    Check(status);
                }
                return call;
            }
        }

        private unsafe byte[] End(ulong call, byte[] room, Deadline deadline)
        {
            UIntPtr size;
            int status;
            fixed (byte* answer = room)
            {
                status = Native.ShmCallEnd(Handle, call, answer, (UIntPtr)room.Length, &size, deadline.Left);
            }
            if (status >= 0) return room.AsSpan(0, (int)size).ToArray();
            if (status == Native.SHM_E_EMPTY)
            {
                throw GiveUp(call) == Native.SHM_OK
                    ? ShmException.Of(Native.SHM_E_TIMEOUT, NotTaken)
                    : ShmException.Of(Native.SHM_E_UNANSWERED, NotAnswered);
            }
            try
            {
                Check(status);
            }
            finally
            {
                GiveUp(call);
            }
            return room;
        }

        private int GiveUp(ulong call)
        {
            try
            {
                return Native.ShmCallCancel(Handle, call);
            }
            catch (ObjectDisposedException)
            {
                return Native.SHM_E_HANDLE; // it ended with the channel
            }
        }

        // ---- a server

        /// <summary>Takes the next request. Waits for it without end.</summary>
        public ShmRequest Serve()
        {
            return Serve(Timeout.InfiniteTimeSpan);
        }

        /// <summary>The same. If none comes within the timeout: <see cref="ShmStatus.Empty"/>.</summary>
        public ShmRequest Serve(TimeSpan timeout)
        {
            return TryServe(out ShmRequest? request, timeout) ? request! : throw ShmException.Of(Native.SHM_E_EMPTY);
        }

        /// <summary>The same. Without a timeout it does not wait.</summary>
        /// <returns>false: none came, or another call took requests through this channel all the time</returns>
        public bool TryServe(out ShmRequest? request, TimeSpan timeout = default)
        {
            var deadline = new Deadline(timeout);
            request = null;
            if (!EnterReading(deadline)) return false;
            try
            {
                return IsThere(TakeRequest(deadline, out request));
            }
            finally
            {
                reading.Leave();
            }
        }

        /// <summary>Takes the next request. Waits for it without end, and without a thread.</summary>
        public async ValueTask<ShmRequest> ServeAsync(CancellationToken cancellationToken = default)
        {
            takeRequest ??= TakeRequest;
            for (;;)
            {
                (int status, ShmRequest? request) =
                    await TakeAsync(takeRequest, Timeout.InfiniteTimeSpan, false, cancellationToken)
                        .ConfigureAwait(false);
                if (status >= 0) return request!;
            }
        }

        private unsafe int TakeRequest(Deadline deadline, out ShmRequest? request)
        {
            byte[] room = ArrayPool<byte>.Shared.Rent(MemorySize("the largest request", (UIntPtr)(ulong)MaxMessage));
            try
            {
                UIntPtr size;
                ulong token;
                int status;
                fixed (byte* bytes = room)
                {
                    status = Native.ShmServe(
                        Handle, bytes, (UIntPtr)room.Length, &size, &token, deadline.Left);
                }
                request = status >= 0 ? new ShmRequest(this, token, room.AsSpan(0, (int)size).ToArray()) : null;
                return status;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }
    }
}
