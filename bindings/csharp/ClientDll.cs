using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace ShmBroker
{
    /// <summary>
    /// Finds shmclient.dll: beside the program, in a package, or where ShmBroker is installed. Each is tried by its full
    /// path, and in no folder that the current one or PATH decides on, where anybody may have put one.
    /// </summary>
    internal static class ClientDll
    {
        private const string Name = "shmclient.dll";
        private const string NewestFunction = "ShmNotifyCall"; // of those that this library calls

        private static readonly object gate = new object();
        private static bool isLoaded;
        private static IntPtr module; // of the DLL that was loaded

        /// <summary>To be called before the first function of the DLL.</summary>
        internal static void Need()
        {
            lock (gate)
            {
                if (isLoaded) return;
                if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
                {
                    throw ShmException.Of(
                        Native.SHM_E_SYSTEM, "ShmBroker shares memory between Windows programs; this is another system.");
                }
                Load(Folders());
                ClientDllImports.Resolve(name => name == Name ? module : IntPtr.Zero);
                isLoaded = true;
            }
        }

        /// <summary>The path of the DLL that was loaded; null: none yet.</summary>
        internal static string? LoadedFrom { get; private set; }

        /// <summary>Beside the program, in a package, and where ShmBroker is installed.</summary>
        internal static IEnumerable<string> Folders()
        {
            return new[] { AppContext.BaseDirectory }.Concat(PackageFolders()).Append(InstallFolder()).Where(IsAbsolute);
        }

        /// <summary>Loads the first that can be loaded.</summary>
        internal static void Load(IEnumerable<string> folders)
        {
            string unfit = "";
            foreach (string path in folders.Select(folder => Path.Combine(folder, Name)).Where(File.Exists))
            {
                IntPtr loaded = LoadLibraryW(path);
                int code = Marshal.GetLastWin32Error();
                if (loaded != IntPtr.Zero && GetProcAddress(loaded, NewestFunction) != IntPtr.Zero)
                {
                    module = loaded;
                    LoadedFrom = path;
                    return;
                }
                if (loaded != IntPtr.Zero)
                {
                    FreeLibrary(loaded); // or .NET Framework would take it by its name
                    throw ShmException.Of(
                        Native.SHM_E_SYSTEM,
                        $"{path} is older than this package: it has no {NewestFunction}; install a newer ShmBroker.");
                }
                unfit += $" ({path} can't be loaded: {new Win32Exception(code).Message})"; // of another width, say
            }
            throw ShmException.Of(
                Native.SHM_E_SYSTEM,
                $"there is no {Name} for a {8 * IntPtr.Size}-bit program {Places()}; install it, or put a copy beside the " +
                $"program{unfit}");
        }

        // In the words of every language's package.
        private static string Places()
        {
            string packages = string.Join(", ", PackageFolders());
            string installed = InstallFolder();
            return $"beside the program ({AppContext.BaseDirectory}), in a package " +
                   (packages.Length > 0 ? $"({packages})" : "(there is none)") + " or where ShmBroker is installed " +
                   (installed.Length > 0 ? $"({installed})" : "(it is not)");
        }

        // Those of the program's packages, in which .NET looks for DLLs. .NET Framework and Windows PowerShell know no such
        // folders, and a program that loads this library as a plug-in has those of its own packages: there the DLLs lie beside
        // the library, as they do in the package.
        private static IEnumerable<string> PackageFolders()
        {
            string known = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
            var folders = known.Split(Path.PathSeparator).Where(folder => IsAbsolute(folder) && !IsOfProgram(folder)).ToList();
#if NETSTANDARD2_0
            string library = typeof(ClientDll).Assembly.Location;
            string platform = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "win-arm64"
                : IntPtr.Size == 8 ? "win-x64" : "win-x86";
            if (library.Length > 0) // or it was loaded from memory
            {
                folders.Add(Path.Combine(Path.GetDirectoryName(library)!, "runtimes", platform, "native"));
            }
#endif
            return folders;
        }

        private static bool IsOfProgram(string folder)
        {
            return string.Equals(
                folder.TrimEnd('\\'), AppContext.BaseDirectory.TrimEnd('\\'), StringComparison.OrdinalIgnoreCase);
        }

        private static bool IsAbsolute(string folder)
        {
            bool isOfDrive = folder.Length > 2 && folder[1] == ':' && (folder[2] == '\\' || folder[2] == '/');
            return isOfDrive || folder.StartsWith(@"\\", StringComparison.Ordinal);
        }

        // What the installer has noted; else "".
        private static string InstallFolder()
        {
            var localMachine = new IntPtr(unchecked((int)0x80000002));
            const uint TextFor64Bit = 0x10002; // RRF_RT_REG_SZ, RRF_SUBKEY_WOW6464KEY: for a 32-bit program, too
            var text = new StringBuilder(1024);
            uint size = 2 * (uint)text.Capacity;
            int status = RegGetValueW(
                localMachine, @"Software\ShmBroker", "InstallDir", TextFor64Bit, IntPtr.Zero, text, ref size);
            if (status != 0) return "";
            return IntPtr.Size == 8 ? text.ToString() : Path.Combine(text.ToString(), "x86");
        }

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
        private static extern IntPtr LoadLibraryW(string path);

        [DllImport("kernel32.dll")]
        [return: MarshalAs(UnmanagedType.Bool)]
        private static extern bool FreeLibrary(IntPtr module);

        [DllImport("kernel32.dll", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        private static extern IntPtr GetProcAddress(IntPtr module, string name);

        [DllImport("advapi32.dll", CharSet = CharSet.Unicode)]
        private static extern int RegGetValueW(
            IntPtr key, string subKey, string name, uint flags, IntPtr typeFound, StringBuilder text, ref uint size);
    }
}
