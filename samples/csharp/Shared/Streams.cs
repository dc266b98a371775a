using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace ShmBroker.Samples
{
    /// <summary>
    /// Standard input and output as both people and pipes need them: UTF-16 at a console, whatever its code
    /// page is, and UTF-8 with LF in a file or a pipe.
    /// </summary>
    internal static class Streams
    {
        private static readonly Encoding Utf8 = new UTF8Encoding(false);

        internal static TextWriter Output()
        {
            return Writer(Console.IsOutputRedirected, Console.OpenStandardOutput, () => Console.Out);
        }

        internal static TextWriter Errors()
        {
            return Writer(Console.IsErrorRedirected, Console.OpenStandardError, () => Console.Error);
        }

        /// <summary>The lines of the input without their ends.</summary>
        internal static IEnumerable<string> Lines()
        {
            return Console.IsInputRedirected ? LinesOf(Console.OpenStandardInput()) : LinesOfConsole();
        }

        /// <summary>All of the input, or its first bytes.</summary>
        internal static byte[] Bytes(long limit)
        {
            var found = new MemoryStream();
            var room = new byte[8192];
            using (Stream input = Console.OpenStandardInput())
            {
                while (found.Length < limit)
                {
                    int count = input.Read(room, 0, (int)Math.Min(room.Length, limit - found.Length));
                    if (count == 0) break;
                    found.Write(room, 0, count);
                }
            }
            return found.ToArray();
        }

        private static TextWriter Writer(bool isRedirected, Func<Stream> open, Func<TextWriter> console)
        {
            if (isRedirected) return new StreamWriter(open(), Utf8) { NewLine = "\n", AutoFlush = true };
            Console.OutputEncoding = Encoding.Unicode; // .NET then writes to a console without its code page
            return console();
        }

        private static IEnumerable<string> LinesOfConsole()
        {
            Console.InputEncoding = Encoding.Unicode;
            for (string line = Console.ReadLine(); line != null; line = Console.ReadLine()) yield return line;
        }

        private static IEnumerable<string> LinesOf(Stream input)
        {
            var line = new List<byte>();
            int number = 0;
            using (var buffered = new BufferedStream(input, 8192))
            {
                for (int next = buffered.ReadByte(); next >= 0; next = buffered.ReadByte())
                {
                    if (next != '\n')
                    {
                        line.Add((byte)next);
                        continue;
                    }
                    yield return TextOf(line, ++number);
                    line.Clear();
                }
            }
            if (line.Count > 0) yield return TextOf(line, ++number);
        }

        private static string TextOf(List<byte> line, int number)
        {
            if (line.Count > 0 && line[line.Count - 1] == '\r') line.RemoveAt(line.Count - 1);
            string text;
            try
            {
                text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line.ToArray());
            }
            catch (DecoderFallbackException)
            {
                throw new Failure(
                    $"line {number} of the input is not UTF-8; " +
                    "give it in UTF-8 (chcp 65001), or send it with --binary");
            }
            const char byteOrderMark = '\uFEFF';
            return number == 1 && text.Length > 0 && text[0] == byteOrderMark ? text.Substring(1) : text;
        }
    }
}
