using System;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace ShmBroker
{
    /// <summary>
    /// Has a thread of Windows' pool call back whenever an event is set. .NET's pool would have one thread wait, which
    /// wakes another one to call back: a second thread to wake for each message.
    /// </summary>
    internal sealed class PoolWait : IDisposable
    {
        private const uint Infinite = 0xFFFFFFFF;

        // By number, and until Windows says that it calls back no more: each call has taken the event's signal.
        private static readonly ConcurrentDictionary<IntPtr, Action> callbacks =
            new ConcurrentDictionary<IntPtr, Action>();
        private static readonly NativeCallback callNative = Call; // Windows keeps no delegate alive
        private static long lastNumber;

        private readonly SafeWaitHandle handle;
        private readonly IntPtr number;
        private readonly IntPtr wait;
        private int hasEnded;

        internal PoolWait(SafeWaitHandle handle, Action callback)
        {
            this.handle = handle;
            number = new IntPtr(unchecked((int)Interlocked.Increment(ref lastNumber)));
            bool isHeld = false;
            handle.DangerousAddRef(ref isHeld);
            callbacks[number] = callback;
            if (RegisterWaitForSingleObject(
                out wait, handle.DangerousGetHandle(), callNative, number, Infinite, 0)) return;
            ShmException failure = ShmException.OfWindows("Windows' thread pool does not wait for the channel's event");
            Forget();
            throw failure;
        }

        [UnmanagedFunctionPointer(CallingConvention.Winapi)]
        private delegate void NativeCallback(IntPtr number, byte isTimeout);

        /// <summary>
        /// Has it end soon. Until then it may call back, and whoever is called back has the event's signal.
        /// </summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref hasEnded, 1) != 0) return;
            // Not awaited here: it may be a callback that disposes of this.
            var isOver = new ManualResetEvent(false);
            UnregisterWaitEx(wait, isOver.SafeWaitHandle);
            ThreadPool.RegisterWaitForSingleObject(
                isOver,
                (state, isTimeout) =>
                {
                    Forget();
                    isOver.Dispose();
                },
                null,
                Timeout.Infinite,
                executeOnlyOnce: true);
        }

        private void Forget()
        {
            callbacks.TryRemove(number, out _);
            handle.DangerousRelease();
        }

        private static void Call(IntPtr number, byte isTimeout)
        {
            if (callbacks.TryGetValue(number, out Action? callback)) callback();
        }

        [DllImport("kernel32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool RegisterWaitForSingleObject(
            out IntPtr wait, IntPtr handle, NativeCallback callback, IntPtr context, uint timeout, uint flags);

        [DllImport("kernel32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool UnregisterWaitEx(IntPtr wait, SafeWaitHandle completion);
    }
}
