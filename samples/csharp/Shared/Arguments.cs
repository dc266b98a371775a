using System;
using System.Collections.Generic;
using System.Globalization;

namespace ShmBroker.Samples
{
    /// <summary>Ends the program with a message and an exit code.</summary>
    internal sealed class Failure : Exception
    {
        internal Failure(string message, int exitCode = 1)
            : base(message)
        {
            ExitCode = exitCode;
        }

        internal int ExitCode { get; }

        internal static Failure WrongUsage(string message)
        {
            return new Failure(message, 2);
        }
    }

    /// <summary>Ends the program with its help.</summary>
    internal sealed class HelpAsked : Exception
    {
    }

    /// <summary>
    /// A command line of --name value, --name=value, --flag and other texts. Such a text may begin with a dash
    /// only behind --, or if it is nothing else.
    /// </summary>
    internal sealed class Arguments
    {
        private readonly Dictionary<string, string> values = new Dictionary<string, string>();
        private readonly List<string> texts = new List<string>();

        /// <param name="args">the command line</param>
        /// <param name="options">the names of the options that have a value</param>
        /// <param name="flags">the names of those that have none</param>
        internal Arguments(string[] args, string[] options, string[] flags)
        {
            var left = new Queue<string>(args);
            while (left.Count > 0)
            {
                string argument = left.Dequeue();
                if (argument == "--")
                {
                    texts.AddRange(left);
                    return;
                }
                if (argument.Length < 2 || argument[0] != '-')
                {
                    texts.Add(argument);
                    continue;
                }
                if (argument == "--help" || argument == "-h") throw new HelpAsked();
                string[] parts = argument.Split(new[] { '=' }, 2);
                string name = argument[1] == '-' ? parts[0].Substring(2) : ""; // none has a short name
                if (Array.IndexOf(flags, name) >= 0 && parts.Length == 1)
                {
                    values[name] = "";
                }
                else if (Array.IndexOf(options, name) >= 0)
                {
                    bool isBehind = parts.Length == 1;
                    if (isBehind && left.Count == 0) throw Failure.WrongUsage($"--{name} needs a value");
                    values[name] = isBehind ? left.Dequeue() : parts[1];
                }
                else
                {
                    throw Failure.WrongUsage($"there is no option {argument}");
                }
            }
        }

        internal bool Has(string name)
        {
            return values.ContainsKey(name);
        }

        internal string Value(string name, string otherwise)
        {
            return values.TryGetValue(name, out string value) ? value : otherwise;
        }

        internal uint Number(string name, uint otherwise)
        {
            if (!values.TryGetValue(name, out string value)) return otherwise;
            if (uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            {
                return number;
            }
            throw Failure.WrongUsage($"--{name} takes a number from 0 to {uint.MaxValue}, not '{value}'");
        }

        /// <summary>A timeout as .NET has it: what is longer than it can say has no end.</summary>
        internal TimeSpan Timeout(string name, uint otherwise)
        {
            uint milliseconds = Number(name, otherwise);
            bool isEndless = milliseconds > int.MaxValue;
            return isEndless ? System.Threading.Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(milliseconds);
        }

        /// <summary>The only text; null if there is none.</summary>
        internal string OnlyText()
        {
            if (texts.Count <= 1) return texts.Count == 1 ? texts[0] : null;
            throw Failure.WrongUsage($"'{texts[1]}' is one text too many; quote what has spaces");
        }
    }
}
