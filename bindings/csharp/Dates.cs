using System;

namespace ShmBroker
{
    internal static class Dates
    {
        private static readonly DateTime Epoch = new DateTime(1601, 1, 1, 0, 0, 0, DateTimeKind.Utc);

        /// <param name="ticks">in 100 ns since 1601 UTC</param>
        /// <returns>null: none, or one that .NET does not know</returns>
        internal static DateTimeOffset? FromTicks(ulong ticks)
        {
            if (ticks == 0 || ticks > (ulong)(DateTime.MaxValue.Ticks - Epoch.Ticks)) return null;
            return new DateTimeOffset(Epoch.AddTicks((long)ticks));
        }
    }
}
