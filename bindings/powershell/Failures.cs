using System.Management.Automation;

namespace ShmBroker.PowerShell
{
    internal static class Failures
    {
        /// <summary>An error of the library as PowerShell tells it: its words, its status as the id, a category.</summary>
        /// <param name="target">the channel</param>
        internal static ErrorRecord Record(ShmException failure, object? target)
        {
            return new ErrorRecord(failure, "Shm" + failure.Status, CategoryOf(failure.Status), target);
        }

        private static ErrorCategory CategoryOf(ShmStatus status)
        {
            switch (status)
            {
                case ShmStatus.NotFound: return ErrorCategory.ObjectNotFound;
                case ShmStatus.Access: return ErrorCategory.PermissionDenied;
                case ShmStatus.Untrusted: return ErrorCategory.SecurityError;
                case ShmStatus.Argument:
                case ShmStatus.Name:
                case ShmStatus.Size: return ErrorCategory.InvalidArgument;
                case ShmStatus.Full:
                case ShmStatus.Timeout: return ErrorCategory.OperationTimeout;
                case ShmStatus.Busy: return ErrorCategory.ResourceBusy;
                case ShmStatus.NoService:
                case ShmStatus.Unavailable: return ErrorCategory.ResourceUnavailable;
                case ShmStatus.Corrupt: return ErrorCategory.InvalidData;
                case ShmStatus.Cancelled: return ErrorCategory.OperationStopped;
                default: return ErrorCategory.NotSpecified;
            }
        }
    }
}
