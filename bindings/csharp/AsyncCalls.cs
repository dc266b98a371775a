using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace ShmBroker
{
    /// <summary>
    /// The calls of a service through one channel that have no thread: they wait for room among max_calls, in their
    /// order, and then for their answers. A notice of the DLL has one thread of the pool look at all of them.
    /// </summary>
    internal sealed class AsyncCalls
    {
        // As the DLL says of a call that waited in it.
        private const string NotTaken = "no server took the call until the time was up, and none will: it may be made " +
                                        "again; start a server, or wait longer.";

        private const string NotAnswered = "a server took the call and had not answered it when the time was up; its " +
                                           "answer is dropped. Call again only what may be done twice, or wait longer.";

        // Milliseconds. Nothing tells of room that a Call of another thread leaves, or a server that drops its answer.
        private const int LookForRoom = 15;

        // Before a call waits: some microseconds, as a Call does, too. What comes within them needs no thread to be woken.
        private const int FirstLooks = 30;
        private const int PauseBetweenLooks = 10;

        // What goes on behind a call goes on elsewhere: so a call may be ended by who has the gate.
        private readonly object gate = new object();
        private readonly ShmChannel channel;
        private readonly uint handle;
        private readonly LinkedList<AsyncCall> waiting = new LinkedList<AsyncCall>(); // for room
        private readonly LinkedList<AsyncCall> begun = new LinkedList<AsyncCall>();
        private readonly Timer roomTimer;
        private ShmException? noRoom; // of the first that waits for room
        private bool isNoticeAsked;

        internal AsyncCalls(ShmChannel channel)
        {
            this.channel = channel;
            handle = channel.Handle;
            roomTimer = new Timer(state => Settle(), null, Timeout.Infinite, Timeout.Infinite);
        }

        /// <summary>Makes a call. It has ended already where it may not wait.</summary>
        internal AsyncCall Begin(ReadOnlyMemory<byte> request, Deadline deadline)
        {
            var call = new AsyncCall(request);
            lock (gate)
            {
                if (channel.IsDisposed) throw new ObjectDisposedException(nameof(ShmChannel));
                waiting.AddLast(call.Node);
                AnswerNotices.Add(handle, this);
                BeginWaiting();
                if (deadline.HasEnded)
                {
                    Expire(call);
                }
                else if (channel.IsCancelled)
                {
                    LookAt(call);
                    Abandon(call, Interruption());
                }
                else if (begun.Count == 1)
                {
                    LookForAMoment(call);
                }
                Settle();
            }
            return call;
        }

        /// <summary>Ends the calls whose answers have come, and begins as many of those that wait for room.</summary>
        internal void Look()
        {
            lock (gate)
            {
                isNoticeAsked = false;
                for (LinkedListNode<AsyncCall>? node = begun.First, next; node != null; node = next)
                {
                    next = node.Next;
                    LookAt(node.Value);
                }
                Settle();
            }
        }

        /// <summary>The call's time is up.</summary>
        internal void Expire(AsyncCall call)
        {
            lock (gate)
            {
                if (call.Node.List == waiting)
                {
                    End(call).TrySetException(ShmException.Of((int)noRoom!.Status, noRoom.Message));
                }
                LookAt(call);
                if (call.Node.List == begun)
                {
                    End(call).TrySetException(
                        channel.GiveUp(call.Token) == Native.SHM_OK
                            ? ShmException.Of(Native.SHM_E_TIMEOUT, NotTaken)
                            : ShmException.Of(Native.SHM_E_UNANSWERED, NotAnswered));
                }
                Settle();
            }
        }

        /// <summary>The call's token was cancelled.</summary>
        internal void Cancel(AsyncCall call, CancellationToken token)
        {
            lock (gate)
            {
                if (call.Node.List == begun) channel.GiveUp(call.Token);
                if (call.Node.List != null) End(call).TrySetCanceled(token);
                Settle();
            }
        }

        /// <summary>The channel's calls are not to wait any more, or it is being closed.</summary>
        internal void Interrupt()
        {
            lock (gate)
            {
                while ((waiting.First ?? begun.First) is LinkedListNode<AsyncCall> node)
                {
                    Abandon(node.Value, Interruption());
                }
                Settle();
            }
        }

        // After each change, and after a while if some wait for room.
        private void Settle()
        {
            lock (gate)
            {
                BeginWaiting();
                if (begun.Count > 0 && !isNoticeAsked) AskForNotice();
                if (waiting.Count > 0) roomTimer.Change(LookForRoom, Timeout.Infinite);
                if (waiting.Count > 0 || begun.Count > 0) return;
                AnswerNotices.Remove(handle, this);
                isNoticeAsked = false; // it may come to nobody
            }
        }

        // ---- what follows: by who has the gate

        private Exception Interruption()
        {
            return channel.IsDisposed
                ? new ObjectDisposedException(nameof(ShmChannel))
                : ShmException.Of(Native.SHM_E_CANCELLED);
        }

        private void AskForNotice()
        {
            int status = AnswerNotices.Ask(handle);
            isNoticeAsked = status >= 0;
            if (isNoticeAsked) return;
            Exception failure = channel.FailureOf(status);
            while (begun.First != null) Abandon(begun.First.Value, failure);
        }

        private void BeginWaiting()
        {
            while (waiting.First?.Value is AsyncCall call && TryBegin(call))
            {
                if (call.Node.List != waiting) continue; // it has failed
                waiting.Remove(call.Node);
                begun.AddLast(call.Node);
            }
        }

        // Returns false if there is no room.
        private bool TryBegin(AsyncCall call)
        {
            try
            {
                int status = channel.BeginCall(call.Request, out call.Token, 0);
                // Another thread begins one just now, which takes no time.
                if (status == Native.SHM_E_TIMEOUT) status = channel.BeginCall(call.Request, out call.Token, 1);
                if (status >= 0) return true;
                Exception refused = channel.FailureOf(status);
                if (status == Native.SHM_E_FULL || status == Native.SHM_E_TIMEOUT)
                {
                    noRoom = (ShmException)refused;
                    return false;
                }
                End(call).TrySetException(refused);
            }
            catch (Exception failure) // such as: the channel is closed, or whoever owns the request's memory has ended it
            {
                End(call).TrySetException(failure);
            }
            return true;
        }

        private void LookForAMoment(AsyncCall call)
        {
            for (int i = 0; i < FirstLooks && call.Node.List == begun; i++)
            {
                Thread.SpinWait(PauseBetweenLooks);
                LookAt(call);
            }
        }

        private void LookAt(AsyncCall call)
        {
            if (call.Node.List != begun) return;
            try
            {
                int status = channel.TakeAnswer(call.Token, out byte[]? answer);
                if (status == Native.SHM_E_EMPTY) return;
                if (status >= 0)
                {
                    End(call).TrySetResult(answer!);
                }
                else
                {
                    Abandon(call, channel.FailureOf(status));
                }
            }
            catch (Exception failure) // such as: no memory for the answer
            {
                Abandon(call, failure);
            }
        }

        private void Abandon(AsyncCall call, Exception failure)
        {
            if (call.Node.List == begun) channel.GiveUp(call.Token);
            if (call.Node.List != null) End(call).TrySetException(failure);
        }

        private static TaskCompletionSource<byte[]> End(AsyncCall call)
        {
            call.Node.List!.Remove(call.Node);
            return call.Outcome;
        }
    }

    /// <summary>One of them.</summary>
    internal sealed class AsyncCall
    {
        /// <summary>Of the call in the DLL, when it has begun.</summary>
        internal ulong Token;

        internal AsyncCall(ReadOnlyMemory<byte> request)
        {
            Request = request;
            Node = new LinkedListNode<AsyncCall>(this);
        }

        internal ReadOnlyMemory<byte> Request { get; }

        /// <summary>In the list of those that are as far as this one; in none when it has ended.</summary>
        internal LinkedListNode<AsyncCall> Node { get; }

        internal TaskCompletionSource<byte[]> Outcome { get; } =
            new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
