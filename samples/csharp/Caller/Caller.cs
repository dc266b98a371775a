using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace ShmBroker.Samples
{
    /// <summary>Calls a service with what its command line or its input says, and prints the answers.</summary>
    internal sealed class Caller
    {
        private const string Help = @"Calls a ShmBroker service with a text, or with the lines of its input, and prints each answer.
Usage: caller [OPTIONS] [TEXT]

  TEXT                     What to call with. Without it, every line of the input (UTF-8) is a request

Options:
  -h, --help               Print this help and exit
  --channel TEXT=Echo      The service's name
  --repeat UINT=1          How often to call with each text; 0: until Ctrl-C
  --timeout UINT=5000      Milliseconds to wait for an answer

Text is sent and expected as UTF-16LE without a terminator.
";

        private readonly Arguments arguments;
        private readonly uint repeat;
        private readonly TimeSpan timeout;
        private readonly TextWriter output = Streams.Output();

        private Caller(string[] args)
        {
            arguments = new Arguments(args, new[] { "channel", "repeat", "timeout" }, Array.Empty<string>());
            repeat = arguments.Number("repeat", 1);
            timeout = arguments.Timeout("timeout", 5000);
            arguments.OnlyText();
        }

        private static int Main(string[] args)
        {
            Console.CancelKeyPress += (sender, e) => Environment.Exit(0);
            return SampleProgram.Run("caller", Help, () =>
            {
                new Caller(args).Run();
                return 0;
            });
        }

        private void Run()
        {
            var options = new ShmOptions { Access = ShmServiceAccess.Client, Kind = ShmKind.Service };
            using (var channel = new ShmChannel(arguments.Value("channel", "Echo"), options))
            {
                foreach (string text in Texts()) Call(channel, Encoding.Unicode.GetBytes(text));
            }
        }

        private IEnumerable<string> Texts()
        {
            string text = arguments.OnlyText();
            return text != null ? new[] { text } : Streams.Lines();
        }

        // A program that acts on why the server refused catches ShmRefusedException, and looks at its Code.
        private void Call(ShmChannel channel, byte[] request)
        {
            for (uint i = 0; repeat == 0 || i < repeat; i++)
            {
                output.WriteLine(Encoding.Unicode.GetString(channel.Call(request, timeout)));
            }
        }
    }
}
