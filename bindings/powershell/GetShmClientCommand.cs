using System.Management.Automation;

namespace ShmBroker.PowerShell
{
    /// <summary>Lists who has channels open.</summary>
    [Cmdlet(VerbsCommon.Get, "ShmClient")]
    [OutputType(typeof(ShmClient))]
    public sealed class GetShmClientCommand : PSCmdlet
    {
        [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("Name")]
        [ArgumentCompleter(typeof(ChannelNames))]
        public string[] Channel { get; set; } = null!;

        protected override void ProcessRecord()
        {
            foreach (string name in Channel)
            {
                try
                {
                    WriteObject(ShmWatch.Clients(name), enumerateCollection: true);
                }
                catch (ShmException failure)
                {
                    WriteError(Failures.Record(failure, name));
                }
            }
        }
    }
}
