using System;
using System.Management.Automation;

namespace ShmBroker.PowerShell
{
    /// <summary>A message that was received.</summary>
    public sealed class ShmReceivedMessage
    {
        internal ShmReceivedMessage(string channel, ShmMessage message, System.Text.Encoding encoding)
        {
            Channel = channel;
            Sequence = message.Sequence;
            Data = message.Data;
            Text = encoding.GetString(Data);
            News = message.News;
            Timestamp = message.Timestamp;
        }

        public string Channel { get; }

        /// <summary>Its number in its channel, from 1.</summary>
        public long Sequence { get; }

        /// <summary>The bytes as text; what is none is U+FFFD.</summary>
        public string Text { get; }

        public byte[] Data { get; }

        /// <summary>Whether messages before it were lost, or a reader that had it has died.</summary>
        public ShmNews News { get; }

        /// <summary>When it was written, where its writer says so.</summary>
        public DateTimeOffset? Timestamp { get; }

        public override string ToString()
        {
            return Text;
        }
    }

    /// <summary>Reads messages, or a block's value.</summary>
    [Cmdlet(VerbsCommunications.Receive, "ShmMessage", DefaultParameterSetName = "Timeout")]
    [OutputType(typeof(ShmReceivedMessage))]
    public sealed class ReceiveShmMessageCommand : ExchangeCommand
    {
        [Parameter(Position = 1)]
        [ValidateRange(1, int.MaxValue)]
        public int Count { get; set; } = int.MaxValue;

        [Parameter(ParameterSetName = "Timeout")]
        [ValidateRange(0.0, 2147483.0)]
        public double Timeout { get; set; }

        [Parameter(ParameterSetName = "Wait", Mandatory = true)]
        public SwitchParameter Wait { get; set; }

        [Parameter]
        public SwitchParameter Next { get; set; }

        protected override void ProcessRecord()
        {
            TimeSpan timeout = Wait ? System.Threading.Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(Timeout);
            try
            {
                ShmChannel channel = Open(ShmAccess.Read, Next ? ShmOpenFlags.Next : ShmOpenFlags.None);
                for (int left = Count; left > 0 && channel.TryRead(out ShmMessage message, timeout); --left)
                {
                    if (message.News == ShmNews.Unchanged) break; // a block's value, which was written out
                    WriteObject(new ShmReceivedMessage(channel.Name, message, Coding));
                }
            }
            catch (ShmException failure)
            {
                Report(failure);
            }
        }
    }
}
