using System;
using System.IO;
using System.Management.Automation;
using System.Reflection;

namespace ShmBroker.PowerShell
{
    /// <summary>
    /// Finds the libraries that lie in the module's folder. Windows PowerShell takes none of another version than the one
    /// that is asked for, and the packages of .NET Standard ask each other for several.
    /// </summary>
    public sealed class ModuleAssemblies : IModuleAssemblyInitializer, IModuleAssemblyCleanup
    {
        private static readonly string folder = Path.GetDirectoryName(typeof(ModuleAssemblies).Assembly.Location)!;

        public void OnImport()
        {
            AppDomain.CurrentDomain.AssemblyResolve += Resolve;
        }

        public void OnRemove(PSModuleInfo module)
        {
            AppDomain.CurrentDomain.AssemblyResolve -= Resolve;
        }

        private static Assembly? Resolve(object sender, ResolveEventArgs wanted)
        {
            string file = Path.Combine(folder, new AssemblyName(wanted.Name).Name + ".dll");
            return File.Exists(file) ? Assembly.LoadFrom(file) : null;
        }
    }
}
