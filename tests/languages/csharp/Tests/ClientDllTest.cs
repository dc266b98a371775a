using System;
using System.IO;
using System.Linq;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    [Collection("one at a time")]
    public sealed class ClientDllTest : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("shmbroker").FullName;
        private readonly string path = Environment.GetEnvironmentVariable("PATH") ?? "";

        public void Dispose()
        {
            Environment.SetEnvironmentVariable("PATH", path);
            Directory.Delete(folder, recursive: true);
        }

        [Fact]
        public void IsLookedForInNoFolderThatDependsOnTheCurrentOne()
        {
            Environment.SetEnvironmentVariable("PATH", $@".;;relative;C:relative;\relative;{folder}");
            string[] folders = ClientDll.Folders().ToArray();
            Assert.Contains(AppContext.BaseDirectory, folders);
            Assert.Contains(folder, folders);
            Assert.All(folders, each => Assert.True(Path.IsPathFullyQualified(each), each));
        }

        [Fact]
        public void IsNamedWithThePlacesWhereItIsNot()
        {
            Exception? none = Record.Exception(() => ClientDll.Load(new[] { folder }));
            AssertStatus(ShmStatus.System, none);
            Assert.Contains("there is no shmclient.dll for a 64-bit program in a package, beside", none!.Message);
            Assert.Contains($"beside the program ({AppContext.BaseDirectory}), on the PATH or where", none.Message);
            string file = Path.Combine(folder, "shmclient.dll");
            File.WriteAllText(file, "no DLL");
            Exception? unfit = Record.Exception(() => ClientDll.Load(new[] { folder }));
            Assert.Contains($"({file} can't be loaded: ", unfit!.Message);
            ClientDll.Load(new[] { folder, AppContext.BaseDirectory });
        }

        [Fact]
        public void IsRefusedWhereItIsTooOld()
        {
            File.Copy(@"C:\windows\system32\version.dll", Path.Combine(folder, "shmclient.dll"));
            Exception? old = Record.Exception(() => ClientDll.Load(new[] { folder }));
            AssertStatus(ShmStatus.System, old);
            Assert.Contains("is older than this package", old!.Message);
        }
    }
}
