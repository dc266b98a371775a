"""VBA and VB6: bindings/vba/ShmBrokerApi.bas. Their editors take a file to be in the machine's code page: it keeps to ASCII."""

from itertools import groupby
from operator import attrgetter
from textwrap import fill

WIDTH = 110

HEADING = """\
Attribute VB_Name = "ShmBrokerApi"
' The C interface of ShmBroker, for VBA (32 and 64 bit) and VB6.
'
' Generated from shmbroker.h by bindings/bindgen/vba.py: change those. shmbroker.h tells what each function
' does; ShmBroker.bas is the module for everyday use.
'
' Strings are passed by StrPtr: a parameter As String would be converted to the machine's code page.
Option Explicit

#If VBA7 Then
#Else
Public Enum LongPtr ' which VB6 does not have: a Long by another name
    [_]
End Enum
#End If

#If Win64 Then
Private Const PointerSize = 8
#Else
Private Const PointerSize = 4
#End If
"""

UINT64 = """\
' VB6 has no integers of 64 bits.
Public Type ShmUInt64
    Low As Long
    High As Long
End Type
"""

CHECK = """\
' A Type that is not laid out as in C would corrupt memory. In shmbroker.h each member is at a multiple of its
' size, so that there is nothing to pad, whether Visual Basic aligns to 4 bytes or to 8.
Public Sub ShmCheckLayout()
CHECKS
End Sub

Private Sub Check(ByVal IsRight As Boolean, ByVal Name As String)
    If Not IsRight Then Err.Raise 5, "ShmBroker", Name & " is not laid out as in shmbroker.h"
End Sub
"""

SCALARS = {"i32": "Long", "u32": "Long", "u64": "ShmUInt64", "usize": "LongPtr", "uptr": "LongPtr", "void": "LongPtr"}
ELEMENTS = {"wchar": "Integer", "char": "Byte"}


def generate(api) -> dict:
    checks = CHECK.replace("CHECKS", "\n".join(map(check, api.structs)))
    declares = "\n".join(functions(api.functions))
    parts = [HEADING, *constants(api.constants), UINT64, *map(struct, api.structs)]
    parts += ["#If VBA7 Then\n", declares, "#Else\n", declares.replace(" PtrSafe", ""), "#End If\n", checks]
    return {"bindings/vba/ShmBrokerApi.bas": "\n".join(parts)}


def pascal_case(name: str) -> str:
    return "".join(word[0].upper() + word[1:] for word in name.split("_"))


def ascii_of(comment: str) -> str:
    return comment.replace("…", "...")


def commented(code: str, comment: str) -> str:
    return f"{code} ' {ascii_of(comment)}\n" if comment else f"{code}\n"


# ---- constants -----------------------------------------------------------------------------------


def constants(members):
    for group, constants in groupby(members, attrgetter("group")):
        yield (f"' {ascii_of(group)}\n" if group else "") + "".join(map(constant, constants))


def constant(declared) -> str:
    value = f"&H{declared.value:08X}" if declared.value > 0xFFFF else str(declared.value)
    code = f"Public Const {declared.name} As Long = {value}"
    line = commented(code, declared.comment)
    return line if len(line) - 1 <= WIDTH else f"' {ascii_of(declared.comment)}\n{code}\n"


# ---- types ---------------------------------------------------------------------------------------


def field(declared) -> str:
    kind, name = declared.type, pascal_case(declared.name)
    if kind.kind == "array":
        code = f"    {name}(0 To {kind.length - 1}) As {ELEMENTS[kind.target.kind]}"
    else:
        code = f"    {name} As {'LongPtr' if kind.kind == 'pointer' else SCALARS[kind.kind]}"
    return commented(code, declared.comment)


def struct(declared) -> str:
    return f"Public Type {declared.name}\n{''.join(map(field, declared.fields))}End Type\n"


def bytes_of(x64: int, x86: int) -> str:
    pointers = (x64 - x86) // 4
    fixed = x64 - 8 * pointers
    return " + ".join([str(fixed)] + pointers * ["PointerSize"])


def check(declared) -> str:
    name = declared.name.removeprefix("Shm") + "Type"
    conditions = [f"LenB({name}) = {bytes_of(declared.size(8), declared.size(4))}"]
    for member, x64, x86 in zip(declared.fields, declared.offsets(8), declared.offsets(4)):
        place = f"{name}.{pascal_case(member.name)}" + ("(0)" if member.type.kind == "array" else "")
        conditions.append(f"VarPtr({place}) - VarPtr({name}) = {bytes_of(x64, x86)}")
    joined = " _\n        And ".join(conditions)
    return f'    Dim {name} As {declared.name}\n    Check {joined}, "{declared.name}"\n'


# A Type can't be passed by value. Currency has 64 bits, and is passed as a number of so many.
WHOLE_UINT64 = "Currency"

# ---- functions -----------------------------------------------------------------------------------


def parameter(declared) -> str:
    """What may be NULL, or is of any type, is an address."""
    kind, name = declared.type, pascal_case(declared.name)
    if kind.kind == "u64":
        return f"ByVal {name} As {WHOLE_UINT64}"
    if kind.kind != "pointer":
        return f"ByVal {name} As {SCALARS[kind.kind]}"
    target = kind.target
    if target.kind == "u64":
        return f"ByRef {name} As {WHOLE_UINT64}"
    if target.kind == "struct":
        return f"ByRef {name} As {target.name}"
    if target.kind == "pointer":
        return f"ByRef {name} As LongPtr"
    if target.kind in ("u32", "usize"):
        return f"ByRef {name} As {SCALARS[target.kind]}"
    return f"ByVal {name} As LongPtr"


def functions(members):
    for group, functions in groupby(members, attrgetter("group")):
        yield f"' ---- {group}\n" + "".join(map(function, functions))


def function(declared) -> str:
    result = "LongPtr" if declared.result.kind == "pointer" else SCALARS[declared.result.kind]
    parameters = ", ".join(map(parameter, declared.parameters))
    head = f'Public Declare PtrSafe Function {declared.name} Lib "shmclient.dll"'
    line = f"{head} ({parameters}) As {result}\n"
    if len(line) - 1 <= WIDTH:
        return line
    together = f"({parameters}) As {result}".replace(" As ", "\u00a0As\u00a0")
    rest = fill(together, WIDTH - 6).replace("\u00a0", " ")
    return f"{head} _\n    " + rest.replace("\n", " _\n    ") + "\n"
