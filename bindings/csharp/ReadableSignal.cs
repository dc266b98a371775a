using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Win32.SafeHandles;

namespace ShmBroker
{
    /// <summary>Lets one at a time wait for a channel's event without a thread.</summary>
    internal sealed class ReadableSignal : IDisposable
    {
        private readonly object gate = new object();
        private readonly ChannelEvent readable;
        private readonly PoolWait registration;
        private bool hasEnded;
        private TaskCompletionSource<bool>? waiting;
        private bool isSet;

        /// <param name="readable">the channel's event; it is awaited until this is disposed</param>
        internal ReadableSignal(ChannelEvent readable)
        {
            this.readable = readable;
            // Registered once: to register and to unregister may wake a thread that waits for the pool.
            registration = new PoolWait(readable.SafeWaitHandle, Set);
        }

        /// <summary>
        /// Nobody waits here any more. A signal that still comes here is passed on to who waits for the event
        /// otherwise.
        /// </summary>
        public void Dispose()
        {
            lock (gate) hasEnded = true;
            registration.Dispose();
        }

        /// <summary>
        /// Waits until there is reason to look: the event was set, Wake was called, the time is up, or the token
        /// was cancelled.
        /// </summary>
        /// <param name="deadline">the end of the wait</param>
        /// <param name="interrupted">of the one that calls Wake after it was cancelled</param>
        /// <param name="token">the caller's</param>
        internal async ValueTask WaitAsync(
            Deadline deadline, CancellationToken interrupted, CancellationToken token)
        {
            var wait = new TaskCompletionSource<bool>();
            lock (gate)
            {
                if (isSet)
                {
                    isSet = false;
                    return;
                }
                waiting = wait;
            }
            // Who interrupts cancels first and wakes then: either this sees it, or is woken.
            if (interrupted.IsCancellationRequested)
            {
                Forget();
                return;
            }
            using (token.CanBeCanceled ? token.Register(Wake) : default)
            using (deadline.IsFinite ? new Timer(state => Wake(), null, deadline.Left, Timeout.Infinite) : null)
            {
                await wait.Task.ConfigureAwait(false);
            }
        }

        /// <summary>Has the one who waits look, on a thread of the pool.</summary>
        internal void Wake()
        {
            TaskCompletionSource<bool>? woken = Forget();
            if (woken != null) ThreadPool.QueueUserWorkItem(state => woken.TrySetResult(true));
        }

        // On a thread of Windows' pool, on which the one who waits goes on.
        private void Set()
        {
            TaskCompletionSource<bool>? woken;
            lock (gate)
            {
                woken = waiting;
                waiting = null;
                isSet = woken == null;
                if (hasEnded) readable.Set();
            }
            woken?.TrySetResult(true);
        }

        private TaskCompletionSource<bool>? Forget()
        {
            lock (gate)
            {
                TaskCompletionSource<bool>? forgotten = waiting;
                waiting = null;
                return forgotten;
            }
        }
    }

    /// <summary>A handle of our own to a channel's event: it may still be waited for when that one is closed.</summary>
    internal sealed class ChannelEvent : WaitHandle
    {
        private const int DuplicateSameAccess = 2;

        internal ChannelEvent(IntPtr handle)
        {
            IntPtr self = GetCurrentProcess();
            bool isDone =
                DuplicateHandle(self, handle, self, out SafeWaitHandle own, 0, false, DuplicateSameAccess);
            if (!isDone) throw ShmException.OfWindows("the channel's event can't be waited for");
            SafeWaitHandle = own;
        }

        internal void Set()
        {
            try
            {
                SetEvent(SafeWaitHandle);
            }
            catch (ObjectDisposedException)
            {
                // Then nobody waits for it.
            }
        }

        [DllImport("kernel32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool SetEvent(SafeWaitHandle handle);

        [DllImport("kernel32.dll")]
        private static extern IntPtr GetCurrentProcess();

        [DllImport("kernel32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool DuplicateHandle(
            IntPtr from, IntPtr handle, IntPtr to, out SafeWaitHandle copy, int access, bool inherit, int options);
    }
}
