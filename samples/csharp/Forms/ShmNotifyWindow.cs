using System;
using System.Windows.Forms;

namespace ShmBroker.Samples
{
    /// <summary>
    /// Raises an event on the thread that made it, which has a message loop, when a channel becomes readable.
    /// </summary>
    public sealed class ShmNotifyWindow : NativeWindow, IDisposable
    {
        private const int ReadableMessage = 0x8000 + 1; // WM_APP + 1
        private static readonly IntPtr MessageOnly = new IntPtr(-3); // HWND_MESSAGE

        private readonly ShmChannel channel;

        public ShmNotifyWindow(ShmChannel channel)
        {
            this.channel = channel;
            CreateHandle(new CreateParams { Parent = MessageOnly });
            channel.NotifyWindow(Handle, ReadableMessage);
        }

        /// <summary>
        /// Raised once. It is raised again only after a read has found nothing: so read until there is
        /// nothing more, or come back by yourself.
        /// </summary>
        public event EventHandler Readable;

        public void Dispose()
        {
            if (Handle == IntPtr.Zero) return;
            channel.NotifyWindow(IntPtr.Zero, 0);
            DestroyHandle();
        }

        protected override void WndProc(ref Message message)
        {
            if (message.Msg == ReadableMessage) Readable?.Invoke(this, EventArgs.Empty);
            else base.WndProc(ref message);
        }
    }
}
