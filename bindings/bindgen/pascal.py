"""Delphi and Free Pascal: bindings/pascal/ShmBrokerApi.pas. It keeps to ASCII, as Delphi takes a file without a byte
order mark to be in the machine's code page."""

from itertools import groupby
from operator import attrgetter

WIDTH = 110

HEADING = """\
{ The C interface of ShmBroker, for Delphi 2009 and later and for Free Pascal, 32 and 64 bit.

  Generated from shmbroker.h by bindings/bindgen/pascal.py: change those. shmbroker.h tells what each function
  does; ShmBroker.pas is the unit for everyday use. ShmBrokerDll.pas loads the DLL: use it, too. }
unit ShmBrokerApi;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

const
  ShmClientDll = 'shmclient.dll';
"""

BINDING = """\
type
  { Gives a function of the DLL by its name. }
  TShmFind = function(Name: PAnsiChar): Pointer;

{ Has each of the variables above call what Find gives. }
procedure ShmBind(Find: TShmFind);

implementation
"""

OFFSETS = """\

{ Where each field lies. Free Pascal knows while it compiles, and here divides by zero if that is not where C
  has it. Delphi does not, so that for it the sizes must do. }
{$IFDEF FPC}{$HINTS OFF}
const"""

SCALARS = {
    "i32": "Integer",
    "u32": "Cardinal",
    "u64": "UInt64",
    "usize": "NativeUInt",
    "uptr": "NativeUInt",
    "wchar": "WideChar",
    "char": "AnsiChar",
}


def generate(api) -> dict:
    parts = [HEADING, *constants(api.constants), "type", *map(record, api.structs)]
    parts += ["var", *functions(api.functions), BINDING, binding(api.functions), *map(size_check, api.structs)]
    parts += [OFFSETS, *map(offset_checks, api.structs), "{$ENDIF}\n\nend.\n"]
    return {"bindings/pascal/ShmBrokerApi.pas": "\n".join(parts)}


def pascal_case(name: str) -> str:
    return "".join(word[0].upper() + word[1:] for word in name.split("_"))


def ascii_of(comment: str) -> str:
    return comment.replace("…", "...").encode("ascii").decode()


def commented(lines: list) -> str:
    """Declarations with their comments, which begin in one column where the lines stay short enough."""
    column = max((len(code) for code, comment in lines if comment), default=0)
    return "".join(
        code + " " * (column - len(code)) + f" // {ascii_of(comment)}\n" if comment else code + "\n"
        for code, comment in lines
    )


# ---- constants -----------------------------------------------------------------------------------


def value_of(constant) -> str:
    if constant.type == "usize":
        return "High(NativeUInt)"
    return f"${constant.value:08X}" if constant.value > 0xFFFF else str(constant.value)


def constants(members):
    for group, neighbours in groupby(members, attrgetter("group")):
        heading = f"  {{ {ascii_of(group)} }}\n" if group else ""
        yield heading + commented([(f"  {each.name} = {value_of(each)};", each.comment) for each in neighbours])


# ---- records -------------------------------------------------------------------------------------


def type_of(declared) -> str:
    if declared.kind == "array":
        return f"array[0..{declared.length - 1}] of {type_of(declared.target)}"
    if declared.kind != "pointer":
        return SCALARS[declared.kind]
    if declared.target.kind == "wchar":
        return "PWideChar"
    if declared.target.kind == "char":
        return "PAnsiChar"
    if declared.target.kind == "struct":
        return f"P{declared.target.name}"
    return "PCardinal" if declared.target.kind == "u32" else "Pointer"


def bytes_of(size_x64: int, size_x86: int) -> str:
    """An expression for a number of bytes that may depend on the size of a pointer."""
    pointers = (size_x64 - size_x86) // 4
    fixed = size_x64 - 8 * pointers
    return f"{fixed} + {pointers} * SizeOf(Pointer)" if pointers else str(fixed)


def record(struct) -> str:
    fields = [(f"    {pascal_case(field.name)}: {type_of(field.type)};", field.comment) for field in struct.fields]
    return f"  P{struct.name} = ^{struct.name};\n  {struct.name} = record\n{commented(fields)}  end;\n"


def size_check(struct) -> str:
    wanted = bytes_of(struct.size(8), struct.size(4))
    return (
        f"{{$IF SizeOf({struct.name}) <> {wanted}}}\n"
        f"  {{$MESSAGE FATAL '{struct.name} is not laid out as in shmbroker.h'}}\n"
        "{$IFEND}"
    )


def offset_checks(struct) -> str:
    lines = []
    for field, x64, x86 in zip(struct.fields, struct.offsets(8), struct.offsets(4)):
        name = pascal_case(field.name)
        offset = f"NativeUInt(@P{struct.name}(nil)^.{name})"
        lines.append(f"  {struct.name}_{name} = 1 div Ord({offset} = {bytes_of(x64, x86)});")
    return "\n".join(lines)


# ---- functions -----------------------------------------------------------------------------------


def parameter(declared) -> str:
    """One number or pointer that the function stores is an out parameter; an array or what may be NULL is a pointer."""
    kind, name = declared.type, pascal_case(declared.name)
    if kind.kind == "pointer" and not kind.const and kind.target.kind in ("u32", "u64", "usize", "pointer"):
        return f"out {name}: {type_of(kind.target)}"
    return f"{name}: {type_of(kind)}"


def function(declared) -> str:
    parameters = [parameter(each) for each in declared.parameters]
    listed = f"({'; '.join(parameters)})" if parameters else ""
    code = f"  {declared.name}: function{listed}: {type_of(declared.result)}; stdcall;"
    if len(code) <= WIDTH:
        return code + "\n"
    split = code.rindex("; ", 0, WIDTH) + 1
    return f"{code[:split]}\n    {code[split + 1:]}\n"


def functions(members):
    for group, neighbours in groupby(members, attrgetter("group")):
        yield f"  {{ {group} }}\n" + "".join(map(function, neighbours))


def binding(members) -> str:
    lines = (f"  @{each.name} := Find('{each.name}');\n" for each in members)
    return f"procedure ShmBind(Find: TShmFind);\nbegin\n{''.join(lines)}end;\n"
