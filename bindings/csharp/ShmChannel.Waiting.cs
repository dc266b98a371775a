using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace ShmBroker
{
    // Waiting for a channel otherwise than by a read.
    public sealed partial class ShmChannel
    {
        private readonly object making = new object();
        private ChannelEvent? readable;

        /// <summary>
        /// An auto-reset event, set once when the channel becomes readable, and again only after a read
        /// through this channel has found nothing (or a block's unchanged value). ReadAsync takes its signal, and
        /// of a client CallAsync: use one or the other.
        /// </summary>
        public WaitHandle WaitHandle
        {
            get
            {
                lock (making) return Readable;
            }
        }

        private ChannelEvent Readable
        {
            get
            {
                if (isDisposed) throw new ObjectDisposedException(nameof(ShmChannel));
                return readable ??= new ChannelEvent(GetWaitHandle());
            }
        }

        private ReadableSignal Signal
        {
            get
            {
                if (handle.Signal is ReadableSignal made) return made;
                lock (making) return handle.Signal ??= new ReadableSignal(Readable);
            }
        }

        // For whoever has the turn to read. Channels are read with a thread or without one, and seldom by turns.
        private void EndSignal()
        {
            lock (making)
            {
                handle.Signal?.Dispose();
                handle.Signal = null;
            }
        }

        /// <summary>
        /// Waits until one of several channels has something to read, without end. They are not read through
        /// otherwise meanwhile.
        /// </summary>
        /// <param name="channels">1 to 31 channels</param>
        /// <returns>the place of the first of them that has something; of a queue it may be gone when it is read</returns>
        public static int WaitAny(IReadOnlyList<ShmChannel> channels)
        {
            return WaitAny(channels, Timeout.InfiniteTimeSpan);
        }

        /// <summary>The same.</summary>
        /// <returns>-1: none had within the timeout</returns>
        public static unsafe int WaitAny(IReadOnlyList<ShmChannel> channels, TimeSpan timeout)
        {
            if (channels == null) throw new ArgumentNullException(nameof(channels));
            if (channels.Contains(null!)) throw new ArgumentException("a channel is null", nameof(channels));
            if (channels.Count < 1 || channels.Count > Native.SHM_WAIT_MAX)
            {
                throw new ArgumentException($"1 to {Native.SHM_WAIT_MAX} channels are waited for", nameof(channels));
            }
            var deadline = new Deadline(timeout);
            var entered = new List<ShmChannel>();
            try
            {
                // In the same order everywhere, or two calls might wait for each other.
                foreach (ShmChannel channel in channels.Distinct().OrderBy(channel => channel.Handle))
                {
                    if (!channel.EnterReading(deadline)) return -1;
                    entered.Add(channel);
                }
                uint[] handles = channels.Select(channel => channel.Handle).ToArray();
                uint index = 0;
                int status;
                fixed (uint* list = handles)
                {
                    status = Native.ShmWaitAny(list, (uint)handles.Length, &index, deadline.Left);
                }
                ShmChannel ended = channels.FirstOrDefault(channel => channel.isDisposed) ?? channels[0];
                return ended.IsThere(status) ? (int)index : -1;
            }
            finally
            {
                foreach (ShmChannel channel in entered) channel.reading.Leave();
                GC.KeepAlive(channels);
            }
        }

        /// <summary>
        /// Has a window message posted when the channel becomes readable, as often as WaitHandle is set, with
        /// wParam cookie and lParam Handle. IntPtr.Zero as window ends it, and so does CallAsync.
        /// </summary>
        public unsafe void NotifyWindow(IntPtr window, int message, IntPtr cookie = default)
        {
            var bits = (UIntPtr)cookie.ToPointer();
            Check(Native.ShmNotifyWindow(Handle, window.ToPointer(), (uint)message, bits));
            MadeAsyncCalls?.Look(); // a channel has one that is told: it was they
        }

        private unsafe IntPtr GetWaitHandle()
        {
            void* found;
            Check(Native.ShmGetWaitHandle(Handle, &found));
            return (IntPtr)found;
        }
    }
}
