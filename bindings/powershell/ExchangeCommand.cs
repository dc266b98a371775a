using System;
using System.Management.Automation;

namespace ShmBroker.PowerShell
{
    /// <summary>How a message's bytes are text.</summary>
    public enum ShmTextEncoding
    {
        /// <summary>UTF-16LE without a terminator, as in the samples.</summary>
        Utf16,
        Utf8,
    }

    /// <summary>A cmdlet that has a channel open. Ctrl-C ends its wait.</summary>
    public abstract class ExchangeCommand : PSCmdlet, IDisposable
    {
        private volatile ShmChannel? opened;
        private volatile bool isStopping;

        [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
        [Alias("Name")]
        [ArgumentCompleter(typeof(ChannelNames))]
        public string Channel { get; set; } = null!;

        [Parameter]
        public ShmTextEncoding Encoding { get; set; }

        private protected System.Text.Encoding Coding =>
            Encoding == ShmTextEncoding.Utf8 ? System.Text.Encoding.UTF8 : System.Text.Encoding.Unicode;

        public void Dispose()
        {
            opened?.Dispose();
        }

        protected override void StopProcessing()
        {
            isStopping = true;
            Cancel();
        }

        /// <summary>The channel of this name, opened at the first message.</summary>
        private protected ShmChannel Open(ShmAccess access, ShmOpenFlags flags = ShmOpenFlags.None)
        {
            if (opened != null && opened.Name == Channel) return opened;
            opened?.Dispose();
            opened = new ShmChannel(Channel, new ShmOptions { Access = access, Flags = flags });
            if (isStopping) Cancel(); // it came while the channel was being opened
            return opened;
        }

        /// <summary>Has an error told, or the pipeline end where it is Ctrl-C's.</summary>
        private protected void Report(ShmException failure)
        {
            if (isStopping && failure.Status == ShmStatus.Cancelled) throw new PipelineStoppedException();
            WriteError(Failures.Record(failure, Channel));
        }

        private void Cancel()
        {
            try
            {
                if (opened is ShmChannel channel) channel.IsCancelled = true;
            }
            catch (ObjectDisposedException)
            {
                // The cmdlet has just ended by itself.
            }
        }
    }
}
