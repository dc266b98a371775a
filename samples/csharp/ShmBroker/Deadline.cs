using System;
using System.Diagnostics;
using System.Threading;

namespace ShmBroker
{
    /// <summary>The end of a timeout, for calls that wait in several steps.</summary>
    internal struct Deadline
    {
        private readonly int timeout;
        private readonly long start;

        internal Deadline(int timeout)
        {
            this.timeout = timeout;
            start = timeout > 0 ? Stopwatch.GetTimestamp() : 0;
        }

        /// <summary>What is left.</summary>
        internal int Milliseconds
        {
            get
            {
                if (timeout <= 0) return timeout; // none, or Timeout.Infinite
                long passed = (Stopwatch.GetTimestamp() - start) * 1000 / Stopwatch.Frequency;
                return (int)Math.Max(0, timeout - passed);
            }
        }
    }
}
