using System;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ShmBroker
{
    /// <summary>A failed call. Its message says what happened, to which channel, and what to do.</summary>
    public class ShmException : Exception
    {
        private protected ShmException(int status, string message)
            : base(message)
        {
            Status = (ShmStatus)status;
        }

        /// <summary>Why it failed.</summary>
        public ShmStatus Status { get; }

        /// <summary>Of a batch: how many messages were published before the one that failed.</summary>
        public int MessagesWritten { get; internal set; }

        /// <summary>
        /// Gives back the status of the call that this thread has just made, unless it is an error.
        /// </summary>
        internal static int Check(int status)
        {
            return status >= 0 ? status : throw OfLastCall(status);
        }

        /// <summary>A failure that the DLL has not seen.</summary>
        internal static unsafe ShmException Of(int status)
        {
            return new ShmException(status, new string(Native.ShmErrorText(status)));
        }

        /// <summary>The same, in words of its own.</summary>
        internal static ShmException Of(int status, string message)
        {
            return new ShmException(status, message);
        }

        /// <summary>The call of Windows that this thread has just made.</summary>
        /// <param name="what">what was not to be had</param>
        internal static ShmException OfWindows(string what)
        {
            int code = Marshal.GetLastWin32Error();
            return Of(Native.SHM_E_SYSTEM, $"{what}: {new Win32Exception(code).Message} (Windows error {code})");
        }

        /// <summary>The call that this thread has just made.</summary>
        internal static unsafe ShmException OfLastCall(int status)
        {
            var text = new string(Native.ShmLastErrorText());
            if (status == Native.SHM_E_REFUSED) return new ShmRefusedException(Native.ShmLastRefusal(), text);
            return text.Length > 0 ? new ShmException(status, text) : Of(status);
        }
    }

    /// <summary>The server has refused the call.</summary>
    public sealed class ShmRefusedException : ShmException
    {
        internal ShmRefusedException(int code, string message)
            : base(Native.SHM_E_REFUSED, message)
        {
            Code = code;
        }

        /// <summary>What the server gave as the reason; what it means is between the two.</summary>
        public int Code { get; }
    }
}
