#if NETSTANDARD2_0
namespace System.Diagnostics.CodeAnalysis
{
    // For the compiler, which knows it by its name.
    [AttributeUsage(AttributeTargets.Parameter)]
    internal sealed class NotNullWhenAttribute : Attribute
    {
        internal NotNullWhenAttribute(bool returnValue)
        {
            ReturnValue = returnValue;
        }

        public bool ReturnValue { get; }
    }
}
#endif
