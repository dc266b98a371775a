using System;
using System.Diagnostics;
using System.Threading;

namespace ShmBroker
{
    /// <summary>A timeout as C has it.</summary>
    internal static class Timeouts
    {
        private const string Range = "a timeout is Timeout.InfiniteTimeSpan, or from 0 to some 24 days";

        /// <summary>Milliseconds, of which a begun one counts as whole.</summary>
        internal static uint Milliseconds(TimeSpan timeout)
        {
            if (timeout == Timeout.InfiniteTimeSpan) return Native.SHM_INFINITE;
            double milliseconds = Math.Ceiling(timeout.TotalMilliseconds);
            if (timeout < TimeSpan.Zero || milliseconds > Native.SHM_TIMEOUT_MAX)
            {
                throw new ArgumentOutOfRangeException(nameof(timeout), timeout, Range);
            }
            return (uint)milliseconds;
        }
    }

    /// <summary>The end of a timeout, for calls that wait in several steps.</summary>
    internal readonly struct Deadline
    {
        private readonly uint timeout;
        private readonly long start;

        internal Deadline(TimeSpan timeout)
        {
            this.timeout = Timeouts.Milliseconds(timeout);
            start = IsFinite ? Stopwatch.GetTimestamp() : 0;
        }

        internal bool HasEnded => Left == 0;

        internal bool IsFinite => timeout != 0 && timeout != Native.SHM_INFINITE;

        /// <summary>Milliseconds that are left, or SHM_INFINITE.</summary>
        internal uint Left
        {
            get
            {
                if (!IsFinite) return timeout;
                long passed = (Stopwatch.GetTimestamp() - start) * 1000 / Stopwatch.Frequency;
                return (uint)Math.Max(0, timeout - passed);
            }
        }

        internal TimeSpan LeftAsTimeSpan =>
            timeout == Native.SHM_INFINITE ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Left);
    }
}
