using System;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using Xunit;
using static ShmBroker.Tests.Channels;

namespace ShmBroker.Tests
{
    [Collection("one at a time")]
    public sealed class ClientDllTest : IDisposable
    {
        private const string OldDll = @"C:\windows\system32\version.dll"; // it has none of the functions

        private readonly string folder = Directory.CreateTempSubdirectory("shmbroker").FullName;
        private readonly string path = Environment.GetEnvironmentVariable("PATH") ?? "";

        public void Dispose()
        {
            Environment.SetEnvironmentVariable("PATH", path);
            Directory.Delete(folder, recursive: true);
        }

        [Fact]
        public void IsLookedForBesideTheProgramInPackagesAndWhereItIsInstalled()
        {
            string installed = NewFolder("installed");
            string package = NewFolder("package");
            Environment.SetEnvironmentVariable("PATH", $@".;;relative;C:relative;\relative;{NewFolder("path")}");
            using (new PretendedInstallation(installed))
            using (new PackageFolders($"{AppContext.BaseDirectory};{package};relative"))
            {
                Assert.Equal(new[] { AppContext.BaseDirectory, package, installed }, ClientDll.Folders());
            }
            using (new PretendedInstallation(null))
            using (new PackageFolders(AppContext.BaseDirectory))
            {
                Assert.Equal(new[] { AppContext.BaseDirectory }, ClientDll.Folders());
            }
        }

        [Fact]
        public void IsTheFirstThatCanBeLoaded()
        {
            string first = NewFolder("first");
            string second = NewFolder("second");
            string file = Path.Combine(first, "shmclient.dll");
            File.WriteAllText(file, "no DLL");
            ClientDll.Load(new[] { folder, first, AppContext.BaseDirectory, second });
            Assert.Equal(Path.Combine(AppContext.BaseDirectory, "shmclient.dll"), ClientDll.LoadedFrom);
            File.Copy(OldDll, Path.Combine(second, "shmclient.dll"));
            ClientDll.Load(new[] { AppContext.BaseDirectory, second });
            Exception? old = Record.Exception(() => ClientDll.Load(new[] { second, AppContext.BaseDirectory }));
            AssertStatus(ShmStatus.System, old);
            Assert.Contains($@"{second}\shmclient.dll is older than this package", old!.Message);
        }

        [Fact]
        public void IsNamedWithThePlacesWhereItIsNot()
        {
            string installed = NewFolder("installed");
            using var noted = new PretendedInstallation(installed);
            using var packages = new PackageFolders($@"{AppContext.BaseDirectory};{folder}\package");
            Exception? none = Record.Exception(() => ClientDll.Load(new[] { folder }));
            AssertStatus(ShmStatus.System, none);
            Assert.Contains(
                $"there is no shmclient.dll for a 64-bit program beside the program ({AppContext.BaseDirectory}), in a package " +
                $@"({folder}\package) or where ShmBroker is installed ({installed}); install it, or put",
                none!.Message);
            string file = Path.Combine(folder, "shmclient.dll");
            File.WriteAllText(file, "no DLL");
            Exception? unfit = Record.Exception(() => ClientDll.Load(new[] { folder }));
            Assert.Contains($"({file} can't be loaded: ", unfit!.Message);
        }

        private string NewFolder(string name)
        {
            return Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        }

        /// <summary>Where .NET looks for the DLLs of packages.</summary>
        private sealed class PackageFolders : IDisposable
        {
            private const string Name = "NATIVE_DLL_SEARCH_DIRECTORIES";
            private readonly object? before = AppContext.GetData(Name);

            internal PackageFolders(string folders)
            {
                AppContext.SetData(Name, folders);
            }

            public void Dispose()
            {
                AppContext.SetData(Name, before);
            }
        }

        /// <summary>Another HKEY_LOCAL_MACHINE for this process, with what the installer would have noted there.</summary>
        private sealed class PretendedInstallation : IDisposable
        {
            private static readonly IntPtr CurrentUser = new IntPtr(unchecked((int)0x80000001));
            private static readonly IntPtr LocalMachine = new IntPtr(unchecked((int)0x80000002));
            private readonly string name = $@"Software\shmbroker csharp {Environment.ProcessId}";

            internal PretendedInstallation(string? folder)
            {
                const uint AllAccess = 0xf003f;
                const uint Text = 1;
                Succeed(RegCreateKeyExW(
                    CurrentUser, name, 0, null, 0, AllAccess, IntPtr.Zero, out IntPtr key, IntPtr.Zero));
                if (folder != null)
                {
                    Succeed(RegSetKeyValueW(key, @"Software\ShmBroker", "InstallDir", Text, folder, 2 * (folder.Length + 1)));
                }
                Succeed(RegOverridePredefKey(LocalMachine, key));
                Succeed(RegCloseKey(key));
            }

            public void Dispose()
            {
                Succeed(RegOverridePredefKey(LocalMachine, IntPtr.Zero));
                Succeed(RegDeleteTreeW(CurrentUser, name));
            }

            private static void Succeed(int status)
            {
                Assert.Equal(0, status);
            }

            [DllImport("advapi32.dll", CharSet = CharSet.Unicode)]
            private static extern int RegCreateKeyExW(
                IntPtr key, string subKey, uint reserved, string? kind, uint options, uint access, IntPtr security, out IntPtr made,
                IntPtr disposition);

            [DllImport("advapi32.dll", CharSet = CharSet.Unicode)]
            private static extern int RegSetKeyValueW(IntPtr key, string subKey, string name, uint type, string data, int size);

            [DllImport("advapi32.dll")]
            private static extern int RegOverridePredefKey(IntPtr key, IntPtr other);

            [DllImport("advapi32.dll")]
            private static extern int RegCloseKey(IntPtr key);

            [DllImport("advapi32.dll", CharSet = CharSet.Unicode)]
            private static extern int RegDeleteTreeW(IntPtr key, string subKey);
        }
    }
}
