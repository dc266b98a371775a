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
        private Taking<ShmRequest?>? takeRequest;
        private AsyncCalls? asyncCalls;

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
        /// Calls a service, and waits for the answer without end, and without a thread. Several may be under way, as
        /// many as the service's max_calls; more wait for room, in their order, and their requests are not to be changed
        /// until they have ended. A call that is cancelled is given up.
        /// </summary>
        public Task<byte[]> CallAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
        {
            return CallAsync(request, Timeout.InfiniteTimeSpan, cancellationToken);
        }

        /// <summary>The same. How it ends otherwise: as Call.</summary>
        public Task<byte[]> CallAsync(
            ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellationToken = default)
        {
            return CallAsync(request, new Deadline(timeout), cancellationToken);
        }

        private int LargestAnswer => MemorySize("the largest answer", (UIntPtr)(ulong)Capacity);

        private AsyncCalls AsyncCalls
        {
            get
            {
                lock (making) return asyncCalls ??= new AsyncCalls(this);
            }
        }

        // Under the lock: calls that this does not see see what their channel has become.
        private AsyncCalls? MadeAsyncCalls
        {
            get
            {
                lock (making) return asyncCalls;
            }
        }

        private async Task<byte[]> CallAsync(ReadOnlyMemory<byte> request, Deadline deadline, CancellationToken token)
        {
            token.ThrowIfCancellationRequested();
            AsyncCalls calls = AsyncCalls;
            AsyncCall call = calls.Begin(request, deadline);
            using (token.CanBeCanceled ? token.Register(() => calls.Cancel(call, token)) : default)
            using (deadline.IsFinite
                       ? new Timer(state => calls.Expire(call), null, deadline.Left, Timeout.Infinite)
                       : null)
            {
                return await call.Outcome.Task.ConfigureAwait(false);
            }
        }

        internal unsafe int BeginCall(ReadOnlyMemory<byte> request, out ulong call, uint timeout)
        {
            ulong token = 0;
            fixed (byte* bytes = &MemoryMarshal.GetReference(request.Span))
            {
                int status = Native.ShmCallBegin(Handle, bytes, (UIntPtr)request.Length, &token, timeout);
                call = token;
                return status;
            }
        }

        /// <summary>Ends a call if its answer is there; else: <see cref="Native.SHM_E_EMPTY"/>.</summary>
        internal unsafe int TakeAnswer(ulong call, out byte[]? answer)
        {
            byte[] room = scratch ??= new byte[ScratchSize];
            for (;;)
            {
                UIntPtr size;
                int status;
                fixed (byte* bytes = room)
                {
                    status = Native.ShmCallEnd(Handle, call, bytes, (UIntPtr)room.Length, &size, 0);
                }
                if (status == Native.SHM_E_BUFFER)
                {
                    room = new byte[MemorySize("the answer", size)];
                    continue;
                }
                answer = status >= 0 ? ArrayOf(room, 0, (int)size) : null;
                return status;
            }
        }

        /// <summary>The status: whether a server had taken it.</summary>
        internal int GiveUp(ulong call)
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
