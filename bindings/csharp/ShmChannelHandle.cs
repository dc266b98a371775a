using System;
using System.Runtime.InteropServices;

namespace ShmBroker
{
    internal sealed class ShmChannelHandle : SafeHandle
    {
        internal ShmChannelHandle(uint channel)
            : base(IntPtr.Zero, ownsHandle: true)
        {
            SetHandle(unchecked((IntPtr)(int)channel));
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        internal uint Channel => IsClosed ? throw new ObjectDisposedException(nameof(ShmChannel)) : Value;

        /// <summary>
        /// Once somebody waits without a thread. It ends with the handle, also where nobody disposes of it.
        /// </summary>
        internal ReadableSignal? Signal { get; set; }

        private uint Value => unchecked((uint)handle.ToInt64());

        protected override bool ReleaseHandle()
        {
            Signal?.Dispose();
            return Native.ShmClose(Value) == Native.SHM_OK;
        }
    }
}
