using System;
using System.Threading;

namespace ShmBroker.Samples
{
    /// <summary>
    /// While it is there, Ctrl-C ends the channel's waiting calls. A second one ends the process at once; Windows tells
    /// of it only when the first has been dealt with.
    /// </summary>
    internal sealed class CtrlC : IDisposable
    {
        private readonly ShmChannel channel;
        private readonly ManualResetEvent pressed;

        /// <param name="channel">whose calls are to end</param>
        /// <param name="pressed">is set</param>
        internal CtrlC(ShmChannel channel, ManualResetEvent pressed)
        {
            this.channel = channel;
            this.pressed = pressed;
            Console.CancelKeyPress += Stop;
        }

        public void Dispose()
        {
            Console.CancelKeyPress -= Stop;
        }

        private void Stop(object sender, ConsoleCancelEventArgs e)
        {
            if (pressed.WaitOne(0)) return;
            e.Cancel = true;
            pressed.Set();
            try
            {
                channel.IsCancelled = true;
            }
            catch (ObjectDisposedException)
            {
                // It has ended meanwhile.
            }
        }
    }
}
