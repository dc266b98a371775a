using System;
using System.Threading;
using System.Threading.Tasks;

namespace ShmBroker
{
    /// <summary>
    /// Lets one call at a time read through a channel, on a thread or without one. Free, it costs two interlocked
    /// instructions.
    /// </summary>
    internal sealed class Turn
    {
        private const int Free = 0;
        private const int Taken = 1;
        private const int Awaited = 2; // and whoever leaves wakes one who waits

        private readonly SemaphoreSlim left = new SemaphoreSlim(0);
        private int state;

        internal bool TryEnter()
        {
            return Interlocked.CompareExchange(ref state, Taken, Free) == Free;
        }

        /// <returns>false: not within the time</returns>
        internal bool Enter(Deadline deadline, CancellationToken token)
        {
            if (TryEnter()) return true;
            while (!TryEnterAfterWait())
            {
                if (!left.Wait(deadline.LeftAsTimeSpan, token)) return false;
            }
            return true;
        }

        /// <returns>false: not within the time</returns>
        internal async ValueTask<bool> EnterAsync(Deadline deadline, CancellationToken token)
        {
            while (!TryEnterAfterWait())
            {
                if (!await left.WaitAsync(deadline.LeftAsTimeSpan, token).ConfigureAwait(false)) return false;
            }
            return true;
        }

        internal void Leave()
        {
            if (Interlocked.Exchange(ref state, Free) == Awaited) left.Release();
        }

        // Who has waited does not know whether others wait, too: so it leaves the mark. A wake-up that nobody
        // needed makes the next who waits look once more.
        private bool TryEnterAfterWait()
        {
            return Interlocked.Exchange(ref state, Awaited) == Free;
        }
    }
}
