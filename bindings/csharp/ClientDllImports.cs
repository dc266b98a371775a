using System;
using System.Reflection;
using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)] // which finds what is loaded, too

namespace ShmBroker
{
    /// <summary>
    /// Tells .NET which DLL the functions are of. By itself it would look in folders of its own first, and load a second
    /// one where there is one. .NET Framework can't be told: it takes what is loaded, by its name.
    /// </summary>
    internal static class ClientDllImports
    {
        /// <param name="find">gives the module of a DLL's name, or zero: .NET is to find that one.</param>
        internal static void Resolve(Func<string, IntPtr> find)
        {
#if NETSTANDARD2_0
            const string Interop = "System.Runtime.InteropServices";
            Type? library = Type.GetType($"{Interop}.NativeLibrary, {Interop}");
            Type? resolver = Type.GetType($"{Interop}.DllImportResolver, {Interop}");
            if (library == null || resolver == null) return; // .NET Framework
            Func<string, Assembly, DllImportSearchPath?, IntPtr> resolve = (name, _, _) => find(name);
            library.GetMethod("SetDllImportResolver")!.Invoke(
                null,
                new object[]
                {
                    typeof(ClientDllImports).Assembly, Delegate.CreateDelegate(resolver, resolve.Target, resolve.Method),
                });
#else
            NativeLibrary.SetDllImportResolver(typeof(ClientDllImports).Assembly, (name, _, _) => find(name));
#endif
        }
    }
}
