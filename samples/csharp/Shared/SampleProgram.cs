using System;
using System.IO;

namespace ShmBroker.Samples
{
    /// <summary>How the console programs end, and what they say then.</summary>
    internal static class SampleProgram
    {
        private const string ExitCodes = @"
Exit codes:
  0  done, also when Ctrl-C ended it
  1  another error
  2  wrong usage
  3  the service is not running
  4  no channel has this name
  5  access denied
  6  the time was up before anything was read or written";

        internal static int Run(string name, string help, Func<int> main)
        {
            TextWriter errors = Streams.Errors();
            try
            {
                return main();
            }
            catch (HelpAsked)
            {
                Streams.Output().WriteLine((help + ExitCodes).Replace("\r", ""));
                return 0;
            }
            catch (ShmException error)
            {
                errors.WriteLine($"{name}: {error.Message}");
                return ExitCodeFor(error.Status);
            }
            catch (Failure failure)
            {
                errors.WriteLine($"{name}: {failure.Message}");
                if (failure.ExitCode == 2) errors.WriteLine($"See: {name} --help");
                return failure.ExitCode;
            }
            catch (IOException error)
            {
                errors.WriteLine($"{name}: {error.Message}");
                return 1;
            }
        }

        private static int ExitCodeFor(ShmStatus status)
        {
            switch (status)
            {
                case ShmStatus.Name:
                    return 2;
                case ShmStatus.NoService:
                    return 3;
                case ShmStatus.NotFound:
                    return 4;
                case ShmStatus.Access:
                    return 5;
                case ShmStatus.Timeout:
                case ShmStatus.Empty:
                case ShmStatus.Full:
                    return 6;
                default:
                    return 1;
            }
        }
    }
}
