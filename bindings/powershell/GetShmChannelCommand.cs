using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace ShmBroker.PowerShell
{
    /// <summary>Lists channels, and what they are doing.</summary>
    [Cmdlet(VerbsCommon.Get, "ShmChannel")]
    [OutputType(typeof(ShmChannelSummary))]
    public sealed class GetShmChannelCommand : PSCmdlet
    {
        private IReadOnlyList<ShmChannelSummary> channels = new List<ShmChannelSummary>();

        [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [SupportsWildcards]
        [ArgumentCompleter(typeof(ChannelNames))]
        public string[] Name { get; set; } = { "*" };

        [Parameter]
        public ShmKind? Kind { get; set; }

        [Parameter]
        public SwitchParameter HeldUp { get; set; }

        protected override void BeginProcessing()
        {
            try
            {
                channels = ShmWatch.Channels();
            }
            catch (ShmException failure)
            {
                ThrowTerminatingError(Failures.Record(failure, null));
            }
        }

        protected override void ProcessRecord()
        {
            foreach (string name in Name)
            {
                var pattern = new WildcardPattern(name, WildcardOptions.IgnoreCase);
                List<ShmChannelSummary> named = channels.Where(channel => pattern.IsMatch(channel.Name)).ToList();
                WriteObject(named.Where(IsWanted), enumerateCollection: true);
                if (named.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name)) WriteError(NotFound(name));
            }
        }

        private bool IsWanted(ShmChannelSummary channel)
        {
            return (Kind == null || channel.Kind == Kind) && (!HeldUp || channel.IsHeldUp);
        }

        private static ErrorRecord NotFound(string name)
        {
            var failure = new ItemNotFoundException(
                $"there is no channel '{name}' that this account may read or write; see Get-ShmChannel");
            return new ErrorRecord(failure, "ShmNotFound", ErrorCategory.ObjectNotFound, name);
        }
    }
}
