using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading;

namespace ShmBroker.Samples
{
    /// <summary>Waits for a channel's window message, in a message-only window of this thread.</summary>
    internal sealed class WindowNotice : IDisposable
    {
        private const int Readable = 0x8000 + 1; // WM_APP + 1
        private const uint AllInput = 0x04FF; // QS_ALLINPUT
        private const uint InputAvailable = 4; // MWMO_INPUTAVAILABLE
        private const uint Remove = 1; // PM_REMOVE
        private const uint TimedOut = 258; // WAIT_TIMEOUT
        private static readonly IntPtr MessageOnly = new IntPtr(-3); // HWND_MESSAGE

        private readonly ShmChannel channel;
        private readonly IntPtr window;

        internal WindowNotice(ShmChannel channel)
        {
            this.channel = channel;
            window = CreateWindowEx(
                0, "STATIC", null, 0, 0, 0, 0, 0, MessageOnly, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero);
            if (window == IntPtr.Zero) throw new Failure("cannot make a window for the channel's messages");
            channel.NotifyWindow(window, Readable);
        }

        public void Dispose()
        {
            channel.NotifyWindow(IntPtr.Zero, 0);
            DestroyWindow(window);
        }

        /// <returns>0: stopped; 1: readable; WaitHandle.WaitTimeout</returns>
        internal int Wait(WaitHandle stop, TimeSpan timeout)
        {
            var clock = Stopwatch.StartNew();
            var handles = new[] { stop.SafeWaitHandle.DangerousGetHandle() };
            for (;;)
            {
                if (TakeMessage()) return 1;
                bool isEndless = timeout == Timeout.InfiniteTimeSpan;
                double left = isEndless ? uint.MaxValue : (timeout - clock.Elapsed).TotalMilliseconds;
                uint result = MsgWaitForMultipleObjectsEx(
                    1, handles, (uint)Math.Max(0, left), AllInput, InputAvailable);
                if (result == 0) return 0;
                if (result == TimedOut) return WaitHandle.WaitTimeout;
                if (result != 1) throw new Win32Exception();
            }
        }

        // Handles what is in the queue, up to the channel's message.
        private bool TakeMessage()
        {
            while (PeekMessage(out Message message, IntPtr.Zero, 0, 0, Remove))
            {
                if (message.Window == window && message.Number == Readable) return true;
                DispatchMessage(ref message);
            }
            return false;
        }

        [DllImport("user32.dll", EntryPoint = "CreateWindowExW", CharSet = CharSet.Unicode)]
        private static extern IntPtr CreateWindowEx(
            uint exStyle, string className, string title, uint style, int x, int y, int width, int height,
            IntPtr parent, IntPtr menu, IntPtr instance, IntPtr parameter);

        [DllImport("user32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool DestroyWindow(IntPtr window);

        [DllImport("user32.dll", EntryPoint = "PeekMessageW")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool PeekMessage(
            out Message message, IntPtr window, uint first, uint last, uint options);

        [DllImport("user32.dll", EntryPoint = "DispatchMessageW")]
        private static extern IntPtr DispatchMessage(ref Message message);

        [DllImport("user32.dll", SetLastError = true)]
        private static extern uint MsgWaitForMultipleObjectsEx(
            uint count, IntPtr[] handles, uint timeout, uint wakeMask, uint flags);

        /// <summary>MSG.</summary>
        [StructLayout(LayoutKind.Sequential)]
        private struct Message
        {
            internal IntPtr Window;
            internal uint Number;
            internal UIntPtr WParam;
            internal IntPtr LParam;
            internal uint Time;
            internal int X;
            internal int Y;
        }
    }
}
