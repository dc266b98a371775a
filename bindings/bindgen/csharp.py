"""C#: bindings/csharp/Native.cs, and NativeWatch.cs of watch.h."""

from itertools import groupby
from operator import attrgetter
from textwrap import indent

from header import HEADER, WATCH, read_api

WIDTH = 110

HEADING = """\
// The C interface of ShmBroker.
//
// Generated from shmbroker.h by bindings/bindgen/csharp.py: change those. shmbroker.h tells what each function
// does; ShmChannel.cs is the class for everyday use.
using System;
using System.Runtime.InteropServices;

namespace ShmBroker
{
    /// <summary>What a call came to. Negative ones are errors.</summary>
    public enum ShmStatus
    {
STATUSES
    }

    public static unsafe class Native
    {
        private const string Dll = "shmclient.dll";
"""

WATCH_HEADING = """\
// Who uses a channel, and how they get on.
//
// Generated from watch.h by bindings/bindgen/csharp.py: change those. watch.h tells what each function does;
// ShmWatch.cs is the class for everyday use.
using System.Runtime.InteropServices;
using static ShmBroker.Native;

namespace ShmBroker
{
    internal static unsafe class NativeWatch
    {
        private const string Dll = "shmclient.dll";
"""

CHECKS = """\
        // ---- checks

        /// <summary>A struct that is not laid out as in C would corrupt memory.</summary>
        static CLASS()
        {
CHECKS
        }
"""

CHECK = """
        internal static void Check(bool isRight, string name)
        {
            if (!isRight) throw new TypeLoadException(name + " is not laid out as in the C header");
        }

        internal static long Offset(void* start, void* field)
        {
            return (byte*)field - (byte*)start;
        }
"""

END = """\
    }
}
"""

SCALARS = {
    "i32": "int",
    "u32": "uint",
    "u64": "ulong",
    "usize": "UIntPtr",
    "uptr": "UIntPtr",
    "wchar": "char",
    "char": "byte",
    "void": "void",
}
KEYWORDS = {"params", "object", "string", "event", "lock", "in", "out", "ref"}


def generate(api) -> dict:
    statuses = [member for member in api.constants if member.type == "i32"]
    heading = HEADING.replace("STATUSES", "\n\n".join(map(status, statuses)))
    watch = read_api(WATCH, HEADER)
    return {
        "bindings/csharp/Native.cs": native("Native", api, heading, CHECK),
        "bindings/csharp/NativeWatch.cs": native("NativeWatch", watch, WATCH_HEADING, ""),
    }


def native(name, api, heading, helpers) -> str:
    checks = CHECKS.replace("CHECKS", indent("\n".join(map(check, api.structs)), 12 * " ")).replace("CLASS", name)
    members = [*constants(api.constants), *map(struct, api.structs), *functions(api.functions)]
    return "\n".join([heading, *members, checks + helpers + END])


# ---- constants -----------------------------------------------------------------------------------


def constants(members):
    for group, constants in groupby(members, attrgetter("group")):
        heading = f"// {group}\n" if group else ""
        yield indent(heading + "".join(map(constant, constants)), 8 * " ")


def constant(declared) -> str:
    if declared.type == "usize":
        type_ = "static readonly UIntPtr"
        value = "(UIntPtr)(sizeof(void*) == 8 ? ulong.MaxValue : uint.MaxValue)"
    else:
        type_ = "const int" if declared.type == "i32" else "const uint"
        value = f"0x{declared.value:08X}" if declared.value > 0xFFFF else str(declared.value)
    summary = f"/// <summary>{declared.comment}</summary>\n" if declared.comment else ""
    return f"{summary}public {type_} {declared.name} = {value};\n"


def status(declared) -> str:
    words = declared.name.replace("SHM_E_", "").replace("SHM_S_", "").replace("SHM_", "").split("_")
    comment = declared.comment or "done"
    summary = f"/// <summary>{comment[0].upper()}{comment[1:]}.</summary>"
    return indent(f"{summary}\n{''.join(map(str.capitalize, words))} = {declared.value},", 8 * " ")


# ---- structs -------------------------------------------------------------------------------------


def type_of(declared) -> str:
    if declared.kind == "struct":
        return declared.name
    if declared.kind == "pointer":
        return f"{type_of(declared.target)}*"
    return SCALARS[declared.kind]


def field(declared) -> str:
    kind = declared.type
    if kind.kind == "array":
        return f"    public fixed {SCALARS[kind.target.kind]} {declared.name}[{kind.length}];\n"
    code = f"    public {type_of(kind)} {declared.name};"
    line = f"{code} // {declared.comment}" if declared.comment else code
    return f"{line}\n" if len(line) + 8 <= WIDTH else f"    // {declared.comment}\n{code}\n"


def struct(declared) -> str:
    fields = "".join(map(field, declared.fields))
    layout = "[StructLayout(LayoutKind.Sequential, CharSet = CharSet.Unicode)]"
    return indent(f"{layout}\npublic struct {declared.name}\n{{\n{fields}}}\n", 8 * " ")


def for_pointer_size(x64: int, x86: int) -> str:
    return str(x64) if x64 == x86 else f"(sizeof(void*) == 8 ? {x64} : {x86})"


def check(declared) -> str:
    name = declared.name[0].lower() + declared.name[1:]
    conditions = [f"sizeof({declared.name}) == {for_pointer_size(declared.size(8), declared.size(4))}"]
    for member, x64, x86 in zip(declared.fields, declared.offsets(8), declared.offsets(4)):
        address = f"{name}.{member.name}" if member.type.kind == "array" else f"&{name}.{member.name}"
        conditions.append(f"Offset(&{name}, {address}) == {for_pointer_size(x64, x86)}")
    joined = "\n    && ".join(conditions)
    return f'{declared.name} {name};\nCheck(\n    {joined},\n    "{declared.name}");'


# ---- functions -----------------------------------------------------------------------------------


def functions(members):
    for group, functions in groupby(members, attrgetter("group")):
        yield (f"        // ---- {group}\n\n" if group else "") + "\n".join(map(function, functions))


def parameter(declared) -> str:
    kind = declared.type
    name = f"@{declared.name}" if declared.name in KEYWORDS else declared.name
    if kind.kind == "pointer" and kind.target.kind == "wchar":
        return f"[MarshalAs(UnmanagedType.LPWStr)] string {name}"
    return f"{type_of(kind)} {name}"


def function(declared) -> str:
    code = f"public static extern {type_of(declared.result)} {declared.name}("
    code += f"{', '.join(map(parameter, declared.parameters))});"
    if len(code) + 8 > WIDTH:
        split = code.rindex(", ", 0, WIDTH - 8) + 1
        code = f"{code[:split]}\n    {code[split + 1:]}"
    attribute = "[DllImport(Dll, ExactSpelling = true, CallingConvention = CallingConvention.StdCall)]"
    return indent(f"{attribute}\n{code}\n", 8 * " ")
