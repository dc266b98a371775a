using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;

namespace ShmBroker.Samples
{
    /// <summary>Writes messages to a channel, from its command line or from its input.</summary>
    internal sealed class Sender
    {
        private const string Help = @"Sends text, or the lines of its input, through a ShmBroker channel.
Usage: sender [OPTIONS] [TEXT]

  TEXT                     What to send. Without it, every line of the input (UTF-8) is a message

Options:
  -h, --help               Print this help and exit
  --channel TEXT=MapName   The channel's name
  --repeat UINT=1          How often to send each message; 0: until Ctrl-C
  --interval UINT=0        Milliseconds between two messages
  --timeout UINT=5000      Milliseconds to wait for room, or for another writer
  --binary                 Send the whole input as one message of bytes
  --in-place               Fill the channel's memory, without a copy

Text is sent as UTF-16LE without a terminator.
";

        private readonly Arguments arguments;
        private readonly uint repeat;
        private readonly TimeSpan interval;
        private readonly TimeSpan timeout;
        private readonly bool isInPlace;
        private bool isFirst = true;

        private Sender(string[] args)
        {
            arguments = new Arguments(
                args, new[] { "channel", "repeat", "interval", "timeout" }, new[] { "binary", "in-place" });
            repeat = arguments.Number("repeat", 1);
            interval = arguments.Timeout("interval", 0);
            timeout = arguments.Timeout("timeout", 5000);
            isInPlace = arguments.Has("in-place");
            if (arguments.OnlyText() != null && arguments.Has("binary"))
            {
                throw Failure.WrongUsage("--binary takes its bytes from the input, not TEXT");
            }
        }

        private static int Main(string[] args)
        {
            Console.CancelKeyPress += (sender, e) => Environment.Exit(0);
            return SampleProgram.Run("sender", Help, () =>
            {
                new Sender(args).Run();
                return 0;
            });
        }

        private void Run()
        {
            using (var channel = new ShmChannel(arguments.Value("channel", "MapName"), ShmAccess.Write))
            {
                foreach (byte[] message in Messages(channel)) Send(channel, message);
            }
        }

        private IEnumerable<byte[]> Messages(ShmChannel channel)
        {
            string text = arguments.OnlyText();
            if (arguments.Has("binary"))
            {
                // One more than the channel takes is enough to be told so.
                yield return Streams.Bytes(channel.MaxMessage + 1);
            }
            else if (text != null)
            {
                yield return Encoding.Unicode.GetBytes(text);
            }
            else
            {
                foreach (string line in Streams.Lines()) yield return Encoding.Unicode.GetBytes(line);
            }
        }

        private void Send(ShmChannel channel, byte[] message)
        {
            for (uint i = 0; repeat == 0 || i < repeat; i++)
            {
                if (!isFirst && interval != TimeSpan.Zero) Thread.Sleep(interval);
                isFirst = false;
                if (!isInPlace) channel.Write(message, timeout);
                else if (channel.Kind == ShmKind.Block) Lock(channel, message);
                else Lend(channel, message);
            }
        }

        private void Lend(ShmChannel channel, byte[] message)
        {
            using (ShmLoan loan = channel.Loan(message.Length, timeout))
            {
                message.CopyTo(loan.Memory);
                loan.Commit(message.Length);
            }
        }

        private void Lock(ShmChannel channel, byte[] message)
        {
            using (ShmLock block = channel.Lock(timeout))
            {
                // What is too long, Publish refuses.
                if (message.Length <= block.Memory.Length) message.CopyTo(block.Memory);
                block.Publish(message.Length);
            }
        }
    }
}
