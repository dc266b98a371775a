using System;
using System.IO;
using System.Text;
using System.Threading;

namespace ShmBroker.Samples
{
    /// <summary>Answers the calls of a service with what was asked, and who has asked it.</summary>
    internal sealed class Server
    {
        private const string Help = @"Answers the calls of a ShmBroker service: TEXT with ""TEXT, said process 1234"".
Usage: server [OPTIONS]

Options:
  -h, --help               Print this help and exit
  --channel TEXT=Echo      The service's name
  --count UINT             End after so many requests; otherwise go on until Ctrl-C
  --timeout UINT           End when nobody has called for so many milliseconds; 0: answer who calls now.
                           Otherwise wait for ever

Text is UTF-16LE without a terminator. News and errors go to stderr.
";

        // Why it refuses: its own codes, for programs.
        private const int NothingSaid = 1;
        private const int TooMuchSaid = 2;

        private readonly Arguments arguments;
        private readonly uint count;
        private readonly TimeSpan timeout;
        private readonly TextWriter news = Streams.Errors();
        private readonly ManualResetEvent stop = new ManualResetEvent(false);
        private uint taken;
        private uint refused;

        private Server(string[] args)
        {
            arguments = new Arguments(args, new[] { "channel", "count", "timeout" }, Array.Empty<string>());
            string text = arguments.OnlyText();
            if (text != null) throw Failure.WrongUsage($"'{text}' is not expected");
            count = arguments.Number("count", 0);
            timeout = arguments.Timeout("timeout", uint.MaxValue);
        }

        private static int Main(string[] args)
        {
            return SampleProgram.Run("server", Help, () => new Server(args).Run());
        }

        private int Run()
        {
            var options = new ShmOptions { Access = ShmServiceAccess.Server, Kind = ShmKind.Service };
            using (var channel = new ShmChannel(arguments.Value("channel", "Echo"), options))
            {
                bool isTimeUp;
                using (new CtrlC(channel, stop))
                {
                    news.WriteLine($"server: serving channel '{channel.Name}'");
                    try
                    {
                        isTimeUp = !AnswerAll(channel);
                    }
                    catch (ShmException error) when (error.Status == ShmStatus.Cancelled)
                    {
                        isTimeUp = false;
                    }
                }
                news.WriteLine($"server: requests taken: {taken}, refused: {refused}");
                return isTimeUp && taken == 0 ? 6 : 0;
            }
        }

        /// <returns>false: the time is up</returns>
        private bool AnswerAll(ShmChannel channel)
        {
            while (!stop.WaitOne(0) && (count == 0 || taken < count))
            {
                if (!channel.TryServe(out ShmRequest request, timeout)) return false;
                using (request) Answer(request);
                taken++;
            }
            return true;
        }

        private void Answer(ShmRequest request)
        {
            if (request.Data.Length == 0)
            {
                Refuse(request, NothingSaid, "say something");
                return;
            }
            try
            {
                string text = Encoding.Unicode.GetString(request.Data);
                request.Answer(Encoding.Unicode.GetBytes($"{text}, said process {request.GetCaller().ProcessId}"));
            }
            catch (ShmException error) when (error.Status == ShmStatus.Size)
            {
                Refuse(request, TooMuchSaid, "say less");
            }
            catch (ShmException error) when (error.Status == ShmStatus.State)
            {
                // Who has asked is gone.
            }
        }

        private void Refuse(ShmRequest request, int code, string text)
        {
            refused++;
            request.Refuse(code, text);
        }
    }
}
