using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ShmBroker.PowerShell
{
    /// <summary>Completes a channel's name where it is typed.</summary>
    public sealed class ChannelNames : IArgumentCompleter
    {
        public IEnumerable<CompletionResult> CompleteArgument(
            string commandName,
            string parameterName,
            string wordToComplete,
            CommandAst commandAst,
            IDictionary fakeBoundParameters)
        {
            var pattern = new WildcardPattern(wordToComplete.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
            try
            {
                return ShmWatch.Channels().Where(channel => pattern.IsMatch(channel.Name)).Select(Result).ToList();
            }
            catch (ShmException)
            {
                return Enumerable.Empty<CompletionResult>(); // whoever types is not to be interrupted
            }
        }

        private static CompletionResult Result(ShmChannelSummary channel)
        {
            string quoted = $"'{CodeGeneration.EscapeSingleQuotedStringContent(channel.Name)}'";
            bool isWord = channel.Name.All(letter => char.IsLetterOrDigit(letter) || letter == '_' || letter == '-');
            return new CompletionResult(
                isWord ? channel.Name : quoted,
                channel.Name,
                CompletionResultType.ParameterValue,
                $"{channel.Kind}, {channel.Readers} readers, {channel.Writers} writers");
        }
    }
}
