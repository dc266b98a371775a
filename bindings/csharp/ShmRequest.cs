using System;
using System.Runtime.InteropServices;
using System.Threading;

namespace ShmBroker
{
    /// <summary>
    /// A request that this server has taken, to be answered once, from any thread. What was neither answered nor
    /// refused when it is disposed of, or forgotten, is refused.
    /// </summary>
    public sealed class ShmRequest : IDisposable
    {
        private readonly ShmChannel channel;
        private readonly ulong token;
        private int isDone;

        internal ShmRequest(ShmChannel channel, ulong token, byte[] data)
        {
            this.channel = channel;
            this.token = token;
            Data = data;
        }

        ~ShmRequest()
        {
            RefuseTheRest();
        }

        public byte[] Data { get; }

        /// <summary>
        /// Whose request it is, until it is answered. If that client is gone: <see cref="ShmStatus.State"/>.
        /// </summary>
        public unsafe ShmCaller GetCaller()
        {
            Native.ShmCaller caller;
            caller.size = (uint)sizeof(Native.ShmCaller);
            channel.Check(Native.ShmGetCaller(channel.Handle, token, &caller));
            return new ShmCaller(&caller);
        }

        /// <summary>
        /// Answers it. An answer that is too large is <see cref="ShmStatus.Size"/>, and the request is still to be
        /// answered.
        /// </summary>
        /// <returns>false: the client has given the call up, or is gone</returns>
        public unsafe bool Answer(ReadOnlySpan<byte> data)
        {
            fixed (byte* bytes = &MemoryMarshal.GetReference(data))
            {
                return IsGiven(Native.ShmAnswer(channel.Handle, token, bytes, (UIntPtr)data.Length));
            }
        }

        /// <summary>Refuses it: the client gets a <see cref="ShmRefusedException"/>.</summary>
        /// <param name="code">any number, for the client's program</param>
        /// <param name="text">for people</param>
        /// <returns>false: the client has given the call up, or is gone</returns>
        public bool Refuse(int code, string text = "")
        {
            return IsGiven(Native.ShmRefuse(channel.Handle, token, code, text));
        }

        public void Dispose()
        {
            RefuseTheRest();
            GC.SuppressFinalize(this);
        }

        private void RefuseTheRest()
        {
            // A channel that is closed has ended it.
            if (Interlocked.Exchange(ref isDone, 1) == 0 && !channel.IsDisposed)
                Native.ShmRefuse(channel.Handle, token, 0, "");
        }

        private bool IsGiven(int status)
        {
            channel.Check(status);
            Interlocked.Exchange(ref isDone, 1);
            return status != Native.SHM_S_DROPPED;
        }
    }

    /// <summary>Who has called, as the service took it from Windows when the client opened the channel.</summary>
    public sealed class ShmCaller
    {
        internal unsafe ShmCaller(Native.ShmCaller* caller)
        {
            ProcessId = (int)caller->pid;
            SessionId = (int)caller->session;
            Account = new string(caller->account);
            Waits = (caller->flags & Native.SHM_CALLER_WAITS) != 0;
        }

        public int ProcessId { get; }

        /// <summary>The process's session; -1: not known.</summary>
        public int SessionId { get; }

        /// <summary>The account's SID, such as S-1-5-21-…</summary>
        public string Account { get; }

        /// <summary>false: the call was given up meanwhile, and an answer comes to nobody.</summary>
        public bool Waits { get; }
    }
}
