using System;
using System.Management.Automation;

namespace ShmBroker.PowerShell
{
    /// <summary>Writes messages.</summary>
    [Cmdlet(VerbsCommunications.Send, "ShmMessage")]
    public sealed class SendShmMessageCommand : ExchangeCommand
    {
        [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
        [AllowEmptyString]
        [AllowEmptyCollection]
        public object Message { get; set; } = null!;

        [Parameter]
        [ValidateRange(0.0, 2147483.0)]
        public double? Timeout { get; set; }

        protected override void ProcessRecord()
        {
            try
            {
                TimeSpan timeout = Timeout is double seconds
                    ? TimeSpan.FromSeconds(seconds)
                    : System.Threading.Timeout.InfiniteTimeSpan;
                Open(ShmAccess.Write).Write(Bytes(), timeout);
            }
            catch (ShmException failure)
            {
                Report(failure);
            }
        }

        // Bytes as they are; of anything else the text that PowerShell makes of it.
        private byte[] Bytes()
        {
            object message = Message is PSObject wrapped ? wrapped.BaseObject : Message;
            return message as byte[] ?? Coding.GetBytes(LanguagePrimitives.ConvertTo<string>(message));
        }
    }
}
