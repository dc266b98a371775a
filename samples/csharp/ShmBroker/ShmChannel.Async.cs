using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;
#if NETCOREAPP3_0_OR_GREATER
using System.Collections.Generic;
using System.Runtime.CompilerServices;
#endif

namespace ShmBroker
{
    // Waiting for a channel without a thread of one's own.
    public sealed partial class ShmChannel
    {
        // The event wakes one who waits, and is set again only after a read has found nothing: so one waits
        // at a time.
        private readonly SemaphoreSlim turn = new SemaphoreSlim(1);
        private readonly CancellationTokenSource closing = new CancellationTokenSource();
        private readonly object making = new object();
        private ChannelEvent readable;

        /// <summary>
        /// An auto-reset event, set once when the channel becomes readable, and again only after a read
        /// through this channel has found nothing (or a block's unchanged value). ReadAsync takes its signal:
        /// use one or the other.
        /// </summary>
        public WaitHandle WaitHandle
        {
            get
            {
                lock (making) return readable ?? (readable = new ChannelEvent(GetWaitHandle()));
            }
        }

        /// <summary>Reads a message, or a block's value if it is new or the time is up.</summary>
        /// <returns>null: nothing came within the timeout</returns>
        public async Task<ShmMessage?> ReadAsync(
            int timeout = Timeout.Infinite, CancellationToken token = default(CancellationToken))
        {
            var left = new Deadline(timeout);
            using (var either = CancellationTokenSource.CreateLinkedTokenSource(token, closing.Token))
            {
                try
                {
                    if (!await turn.WaitAsync(timeout, either.Token).ConfigureAwait(false)) return null;
                    try
                    {
                        return await ReadInTurnAsync(left, either.Token).ConfigureAwait(false);
                    }
                    finally
                    {
                        turn.Release();
                    }
                }
                catch (OperationCanceledException) when (!token.IsCancellationRequested)
                {
                    throw new ObjectDisposedException(nameof(ShmChannel));
                }
            }
        }

#if NETCOREAPP3_0_OR_GREATER
        /// <summary>All that comes, until nothing has come within the timeout.</summary>
        public async IAsyncEnumerable<ShmMessage> ReadAllAsync(
            int timeout = Timeout.Infinite, [EnumeratorCancellation] CancellationToken token = default)
        {
            while (await ReadAsync(timeout, token).ConfigureAwait(false) is ShmMessage message)
            {
                if (message.News == ShmNews.Unchanged) yield break;
                yield return message;
            }
        }
#endif

        /// <summary>
        /// Has a window message posted when the channel becomes readable, as often as WaitHandle is set, with
        /// wParam cookie and lParam Handle. IntPtr.Zero as window ends it.
        /// </summary>
        public unsafe void NotifyWindow(IntPtr window, int message, IntPtr cookie = default(IntPtr))
        {
            var bits = (UIntPtr)cookie.ToPointer();
            Check(Native.ShmNotifyWindow(Handle, window.ToPointer(), (uint)message, bits));
        }

        private async Task<ShmMessage?> ReadInTurnAsync(Deadline left, CancellationToken token)
        {
            for (;;)
            {
                token.ThrowIfCancellationRequested();
                bool isLast = left.Milliseconds == 0;
                bool isThere = TryRead(out ShmMessage message);
                if (isThere && message.News != ShmNews.Unchanged) return message;
                if (isLast) return isThere ? message : (ShmMessage?)null;
                await SignalAsync(WaitHandle, left.Milliseconds, token).ConfigureAwait(false);
            }
        }

        // A signal that comes with a cancellation may be lost; but every read begins with a look.
        private static async Task SignalAsync(WaitHandle handle, int timeout, CancellationToken token)
        {
            var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            RegisteredWaitHandle wait = ThreadPool.RegisterWaitForSingleObject(
                handle,
                (state, timedOut) => done.TrySetResult(!timedOut),
                null,
                timeout,
                executeOnlyOnce: true);
            try
            {
                using (token.Register(() => done.TrySetCanceled())) await done.Task.ConfigureAwait(false);
            }
            finally
            {
                wait.Unregister(null);
            }
        }

        private unsafe IntPtr GetWaitHandle()
        {
            void* found;
            Check(Native.ShmGetWaitHandle(Handle, &found));
            return (IntPtr)found;
        }

        /// <summary>
        /// A handle of our own to the channel's event: it may still be waited for when that one is closed.
        /// </summary>
        private sealed class ChannelEvent : WaitHandle
        {
            private const int DuplicateSameAccess = 2;

            internal ChannelEvent(IntPtr handle)
            {
                IntPtr self = GetCurrentProcess();
                bool isDone = DuplicateHandle(
                    self, handle, self, out SafeWaitHandle own, 0, false, DuplicateSameAccess);
                if (!isDone) throw new Win32Exception();
                SafeWaitHandle = own;
            }

            [DllImport("kernel32.dll")]
            private static extern IntPtr GetCurrentProcess();

            [DllImport("kernel32.dll", SetLastError = true)]
            [return: MarshalAs(UnmanagedType.Bool)]
            private static extern bool DuplicateHandle(
                IntPtr from,
                IntPtr handle,
                IntPtr to,
                out SafeWaitHandle copy,
                int access,
                bool inherit,
                int options);
        }
    }
}
