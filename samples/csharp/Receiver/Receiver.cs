using System;
using System.IO;
using System.Text;
using System.Threading;

namespace ShmBroker.Samples
{
    /// <summary>Reads messages from a channel, and writes them to its output.</summary>
    internal sealed class Receiver
    {
        private const string Help = @"Prints what comes through a ShmBroker channel, a line for each message.
Usage: receiver [OPTIONS]

Options:
  -h, --help               Print this help and exit
  --channel TEXT=MapName   The channel's name
  --count UINT             End after so many messages; otherwise go on until Ctrl-C
  --timeout UINT           End when nothing has come for so many milliseconds; 0: read what there is.
                           Otherwise wait for ever
  --notify none|event|window=none
                           How to wait: none (in the read itself), event (ShmGetWaitHandle) or window
                           (ShmNotifyWindow)
  --binary                 Write the bytes of each message, and nothing between two messages
  --next                   Begin with the next message, not with what the channel holds already
  --in-place               Look at the messages where they lie, without a copy

Text is expected as UTF-16LE and printed as UTF-8. News and errors go to stderr.
";

        private readonly Arguments arguments;
        private readonly string notify;
        private readonly uint count;
        private readonly TimeSpan timeout;
        private readonly bool isBinary;
        private readonly ManualResetEvent stop = new ManualResetEvent(false);
        private readonly TextWriter news = Streams.Errors();
        private readonly TextWriter lines = Streams.Output();
        private readonly Stream bytes = Console.OpenStandardOutput();
        private uint received;

        private Receiver(string[] args)
        {
            arguments = new Arguments(
                args,
                new[] { "channel", "count", "timeout", "notify" },
                new[] { "binary", "next", "in-place" });
            string text = arguments.OnlyText();
            if (text != null) throw Failure.WrongUsage($"'{text}' is not expected");
            notify = arguments.Value("notify", "none");
            if (Array.IndexOf(new[] { "none", "event", "window" }, notify) < 0)
            {
                throw Failure.WrongUsage($"--notify takes none, event or window, not '{notify}'");
            }
            count = arguments.Number("count", 0);
            timeout = arguments.Timeout("timeout", uint.MaxValue);
            isBinary = arguments.Has("binary");
        }

        private static int Main(string[] args)
        {
            return SampleProgram.Run("receiver", Help, () => new Receiver(args).Run());
        }

        private int Run()
        {
            var options = new ShmOptions
            {
                Access = ShmAccess.Read,
                Flags = arguments.Has("next") ? ShmOpenFlags.Next : ShmOpenFlags.None,
            };
            using (var channel = new ShmChannel(arguments.Value("channel", "MapName"), options))
            {
                bool isTimeUp;
                using (new CtrlC(channel, stop))
                {
                    news.WriteLine($"receiver: reading channel '{channel.Name}'");
                    try
                    {
                        isTimeUp = !ReceiveAll(channel);
                    }
                    catch (ShmException error) when (error.Status == ShmStatus.Cancelled)
                    {
                        isTimeUp = false;
                    }
                }
                news.WriteLine($"receiver: messages read: {received}, lost: {channel.GetStats().Lost}");
                return isTimeUp && received == 0 ? 6 : 0;
            }
        }

        /// <returns>false: the time is up</returns>
        private bool ReceiveAll(ShmChannel channel)
        {
            using (var window = notify == "window" ? new WindowNotice(channel) : null)
            {
                while (!stop.WaitOne(0) && (count == 0 || received < count))
                {
                    if (Receive(channel, notify == "none" ? timeout : TimeSpan.Zero)) continue;
                    if (notify == "none") return false;
                    int signalled = window != null
                        ? window.Wait(stop, timeout)
                        : WaitHandle.WaitAny(new[] { stop, channel.WaitHandle }, timeout);
                    if (signalled == WaitHandle.WaitTimeout) return false;
                }
            }
            return true;
        }

        /// <returns>false: there was nothing new</returns>
        private bool Receive(ShmChannel channel, TimeSpan wait)
        {
            if (arguments.Has("in-place")) return ReceiveInPlace(channel, wait);
            bool isThere = channel.TryRead(out ShmMessage message, wait);
            if (!isThere || message.News == ShmNews.Unchanged) return false;
            Print(message.Data, message.News);
            return true;
        }

        private bool ReceiveInPlace(ShmChannel channel, TimeSpan wait)
        {
            if (!channel.TryPeek(out ShmPeek peek, wait)) return false;
            byte[] copy;
            bool isWhole;
            using (peek)
            {
                copy = peek.Data.ToArray(); // may be printed only if it was whole
                isWhole = peek.Release();
            }
            if (peek.News == ShmNews.Unchanged) return false;
            if (isWhole) Print(copy, peek.News);
            return true;
        }

        private void Print(byte[] message, ShmNews told)
        {
            received++;
            if (told == ShmNews.Lost)
            {
                news.WriteLine($"receiver: messages before number {received} were lost");
            }
            if (told == ShmNews.Redelivered)
            {
                news.WriteLine(
                    $"receiver: number {received} was taken before, " +
                    "by a reader that died or gave it back, and may have acted on it");
            }
            if (isBinary) bytes.Write(message, 0, message.Length);
            else lines.WriteLine(Encoding.Unicode.GetString(message));
        }
    }
}
