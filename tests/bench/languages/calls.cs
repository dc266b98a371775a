// calls CHANNEL COUNT: what a call costs through the C# binding. It writes and reads a topic by turns, a thousand messages
// of 64 bytes each time, and checks every one of them. Then it makes round trips for the benchmark to measure,
// which answers on CHANNEL.answer what it is asked on CHANNEL.ask; it awaits the answers, without a thread.
using System;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Tasks;
using ShmBroker;

internal sealed class Calls : IDisposable
{
    private const int Turn = 1000;
    private const int Size = 64;

    private readonly ShmChannel writer;
    private readonly ShmChannel reader;
    private readonly byte[] sent = new byte[Turn * Size];
    private readonly byte[] received = new byte[Turn * Size];
    private long writeTicks;
    private long readTicks;

    private Calls(string channel)
    {
        writer = new ShmChannel(channel, ShmAccess.Write);
        reader = new ShmChannel(
            channel, new ShmOptions { Access = ShmAccess.Read, Flags = ShmOpenFlags.Next });
    }

    public void Dispose()
    {
        writer.Dispose();
        reader.Dispose();
    }

    private static async Task<int> Main(string[] args)
    {
        if (args.Length != 2 || !int.TryParse(args[1], out int count) || count < Turn)
        {
            Console.Error.WriteLine($"usage: calls CHANNEL COUNT, of {Turn} or more");
            return 2;
        }
        using var calls = new Calls(args[0]);
        int turns = count / Turn;
        for (int i = 0; i < turns; i++) calls.Run(i);
        double nanoseconds = 1e9 / Stopwatch.Frequency / (turns * (double)Turn);
        await calls.RoundTrips(args[0], count / 100);
        Console.WriteLine(FormattableString.Invariant(
            $"write {calls.writeTicks * nanoseconds:F0} read {calls.readTicks * nanoseconds:F0}"));
        return 0;
    }

    private async Task RoundTrips(string channel, int count)
    {
        using var ask = new ShmChannel(channel + ".ask", ShmAccess.Write);
        using var answer = new ShmChannel(
            channel + ".answer", new ShmOptions { Access = ShmAccess.Read, Flags = ShmOpenFlags.Next });
        for (int i = 0; i < count; i++)
        {
            ReadOnlyMemory<byte> question = sent.AsMemory(i % Turn * Size, Size);
            ask.Write(question.Span);
            ShmMessage reply = await answer.ReadAsync();
            if (!question.Span.SequenceEqual(reply.Data)) throw new InvalidOperationException("not what was asked");
        }
    }

    private void Run(int turn)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(sent);
        for (int i = 0; i < words.Length; i++) words[i] = ((ulong)turn << 32) + ((ulong)i * 0x9E3779B97F4A7C15);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Turn; i++) writer.Write(sent.AsSpan(i * Size, Size));
        long middle = Stopwatch.GetTimestamp();
        for (int i = 0; i < Turn; i++)
        {
            Span<byte> message = reader.Read(received.AsSpan(i * Size, Size), out ShmNews news);
            if (message.Length != Size || news != ShmNews.None)
            {
                throw new InvalidOperationException($"number {i}: {message.Length} bytes, {news}");
            }
        }
        readTicks += Stopwatch.GetTimestamp() - middle;
        writeTicks += middle - start;
        if (!received.AsSpan().SequenceEqual(sent)) throw new InvalidOperationException("not what was sent");
    }
}
