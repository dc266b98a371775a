using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;
using Xunit;

namespace ShmBroker.Tests
{
    /// <summary>Channels that a test makes, and how it waits.</summary>
    internal static class Channels
    {
        /// <summary>For what must come.</summary>
        internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        /// <summary>For what must not come.</summary>
        internal static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(100);

        private static int made;

        internal static string NewName([CallerMemberName] string test = "")
        {
            string name = $"{Interlocked.Increment(ref made)} {test}";
            return name.Length <= 63 ? name : name.Substring(0, 63);
        }

        internal static ShmChannel Open(
            string name,
            ShmAccess access,
            ShmKind kind = ShmKind.Topic,
            long capacity = 1 << 16,
            ShmOpenFlags flags = 0,
            ShmWhenFull whenFull = ShmWhenFull.Default)
        {
            return new ShmChannel(name, new ShmOptions
            {
                Access = access,
                Kind = kind,
                Capacity = capacity,
                MaxMessage = kind == ShmKind.Block ? 0 : capacity / 4,
                Flags = flags | ShmOpenFlags.Create,
                WhenFull = whenFull,
            });
        }

        internal static byte[] Bytes(string text)
        {
            return Encoding.UTF8.GetBytes(text);
        }

        internal static string Text(ShmMessage message)
        {
            return Encoding.UTF8.GetString(message.Data);
        }

        internal static void Eventually(Func<bool> isSo)
        {
            var clock = Stopwatch.StartNew();
            while (!isSo())
            {
                Assert.True(clock.Elapsed < Patience, "it has not come about");
                Thread.Sleep(5);
            }
        }

        /// <summary>Starts a thread, and says how it ended: null, or its exception.</summary>
        internal static Func<Exception?> Start(Action action)
        {
            Exception? failure = null;
            var thread = new Thread(() => failure = Record.Exception(action)) { IsBackground = true };
            thread.Start();
            return () =>
            {
                Assert.True(thread.Join(Patience), "the thread has not ended");
                return failure;
            };
        }

        /// <summary>Starts a thread that waits in Read, and returns when nobody else can read.</summary>
        internal static Func<Exception?> StartReading(ShmChannel channel, Action<ShmMessage>? then = null)
        {
            Func<Exception?> end = Start(() =>
            {
                ShmMessage message = channel.Read();
                then?.Invoke(message);
            });
            Eventually(() => channel.IsBeingRead());
            return end;
        }

        // The DLL lets one thread at a time read through a handle.
        private static unsafe bool IsBeingRead(this ShmChannel channel)
        {
            UIntPtr size;
            return Native.ShmRead(channel.Handle, null, UIntPtr.Zero, &size, 0) == Native.SHM_E_TIMEOUT;
        }

        internal static void AssertStatus(ShmStatus status, Exception? failure)
        {
            Assert.Equal(status, Assert.IsType<ShmException>(failure).Status);
        }
    }
}
