using System;
using System.Management.Automation;

namespace ShmBroker.PowerShell
{
    /// <summary>Whether the service is there and goes with this module, and what is wrong where it does not.</summary>
    public sealed class ShmBrokerStatus
    {
        internal ShmBrokerStatus(ShmService? service, string problem)
        {
            Service = service;
            Problem = problem;
        }

        public bool IsRunning => Service != null;

        /// <summary>What is wrong, or may be, and what to do about it; else empty.</summary>
        public string Problem { get; }

        /// <summary>null: it is not running, or it is not to be believed.</summary>
        public ShmService? Service { get; }

        public Version? ServiceVersion => Service?.Version;

        public Version? ClientVersion { get; internal set; }

        /// <summary>The DLL that this process uses.</summary>
        public string? ClientPath { get; internal set; }
    }

    /// <summary>Tells how the service is.</summary>
    [Cmdlet(VerbsDiagnostic.Test, "ShmBroker")]
    [OutputType(typeof(ShmBrokerStatus), typeof(bool))]
    public sealed class TestShmBrokerCommand : PSCmdlet
    {
        [Parameter]
        public SwitchParameter Quiet { get; set; }

        protected override void ProcessRecord()
        {
            ShmBrokerStatus status = Ask();
            WriteObject(Quiet ? (object)status.IsRunning : status);
        }

        private static ShmBrokerStatus Ask()
        {
            Version client;
            try
            {
                client = ShmWatch.ClientVersion();
            }
            catch (ShmException failure)
            {
                return new ShmBrokerStatus(null, failure.Message); // there is no DLL, or none that can be used
            }
            ShmBrokerStatus status;
            try
            {
                ShmService service = ShmWatch.Service();
                status = new ShmBrokerStatus(service, Difference(client, service.Version));
            }
            catch (ShmException failure)
            {
                status = new ShmBrokerStatus(null, failure.Message);
            }
            status.ClientVersion = client;
            status.ClientPath = ClientDll.LoadedFrom;
            return status;
        }

        // Before 1.0 a minor version may lay out the memory in another way.
        private static string Difference(Version client, Version service)
        {
            if (client == service) return "";
            return $"shmclient.dll is of version {client}, and the service of {service}: where they lay out the memory in " +
                   "other ways, no channel opens (SHM_E_VERSION); install the module of the service's version";
        }
    }
}
