using System;
using System.Collections.Concurrent;
using System.ComponentModel;
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

        // By number: Windows may still call back for a wait that has ended.
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
            var error = new Win32Exception();
            callbacks.TryRemove(number, out _);
            handle.DangerousRelease();
            throw error;
        }

        [UnmanagedFunctionPointer(CallingConvention.Winapi)]
        private delegate void NativeCallback(IntPtr number, byte isTimeout);

        /// <summary>Calls back no more, but where that has begun.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref hasEnded, 1) != 0) return;
            callbacks.TryRemove(number, out _);
            UnregisterWaitEx(wait, IntPtr.Zero); // without waiting for a callback: it may be what disposes of this
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
        private static extern bool UnregisterWaitEx(IntPtr wait, IntPtr completion);
    }
}
