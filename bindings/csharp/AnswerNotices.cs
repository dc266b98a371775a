using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

namespace ShmBroker
{
    /// <summary>
    /// Has the DLL tell of answers. Its notice leaves a thread that waits in a Call of the same channel its answer:
    /// it takes the event's signal from it, and wakes it.
    /// </summary>
    internal static class AnswerNotices
    {
        // By channel: those that have calls, which keep their channel meanwhile.
        private static readonly ConcurrentDictionary<uint, AsyncCalls> told = new ConcurrentDictionary<uint, AsyncCalls>();
        private static readonly Notice noticed = Noticed; // the DLL keeps no delegate alive

        [UnmanagedFunctionPointer(CallingConvention.StdCall)]
        private delegate void Notice(IntPtr context, UIntPtr channel, int reserved);

        internal static void Add(uint channel, AsyncCalls calls)
        {
            told[channel] = calls;
        }

        internal static void Remove(uint channel, AsyncCalls calls)
        {
            // Not those of a later channel with the same handle.
            var entry = new KeyValuePair<uint, AsyncCalls>(channel, calls);
            ((ICollection<KeyValuePair<uint, AsyncCalls>>)told).Remove(entry);
        }

        /// <summary>Asks for one notice, which comes at once if an answer is there.</summary>
        /// <returns>the status</returns>
        internal static int Ask(uint channel)
        {
            return ShmNotifyCall(channel, Marshal.GetFunctionPointerForDelegate(noticed), IntPtr.Zero);
        }

        // On a thread that waits for other channels, too, and may not call the DLL for this one.
        private static void Noticed(IntPtr context, UIntPtr channel, int reserved)
        {
            if (!told.TryGetValue((uint)channel, out AsyncCalls? calls)) return;
            ThreadPool.UnsafeQueueUserWorkItem(state => ((AsyncCalls)state!).Look(), calls);
        }

        [DllImport("shmclient.dll", ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]
        private static extern int ShmNotifyCall(uint channel, IntPtr function, IntPtr context);
    }
}
