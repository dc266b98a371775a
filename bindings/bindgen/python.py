"""Python: bindings/python/shmbroker/abi.py, formatted as black would."""

from itertools import groupby
from operator import attrgetter

WIDTH = 110

HEADING = '''\
"""The C interface of ShmBroker, for ctypes.

Generated from shmbroker.h by bindings/bindgen/python.py: change those. shmbroker.h tells what each function
does; the package is for everyday use. Nothing is loaded here: the layout can be checked on any system.
"""

import ctypes
from ctypes import POINTER, c_char, c_char_p, c_int32, c_size_t, c_uint16, c_uint32, c_uint64, c_void_p
from ctypes import c_wchar_p

_IS_64_BIT = ctypes.sizeof(c_void_p) == 8

'''

CHECK = '''

def _check_layout(struct: type[ctypes.Structure], size: int, /, **offsets: int) -> None:
    """A struct that is not laid out as in C would corrupt memory."""
    found = {name: getattr(struct, name).offset for name in offsets}
    if ctypes.sizeof(struct) != size or found != offsets:
        raise TypeError(f"{struct.__name__} is not laid out as in shmbroker.h")
'''

DECLARE = '''

def declare(library: ctypes.CDLL) -> None:
    """Tells the functions of the loaded shmclient.dll their types."""
'''

SCALARS = {
    "i32": "c_int32",
    "u32": "c_uint32",
    "u64": "c_uint64",
    "usize": "c_size_t",
    "uptr": "c_size_t",
    "wchar": "c_uint16",  # c_wchar has other sizes on other systems
    "char": "c_char",
}


def generate(api) -> dict:
    parts = [HEADING, "\n".join(constants(api.constants)), status_names(api), CHECK]
    parts += map(struct, api.structs)
    parts += [DECLARE, "\n".join(functions(api.functions))]
    return {"bindings/python/shmbroker/abi.py": "".join(parts)}


def commented(code: str, comment: str) -> str:
    """With the comment behind it, or above it where the line would be too long."""
    line = f"{code}  # {comment}\n" if comment else f"{code}\n"
    if len(line) - 1 <= WIDTH:
        return line
    return f"{code[: -len(code.lstrip())]}# {comment}\n{code}\n"


def call(head: str, items: list, tail: str) -> str:
    """One line, or the items on a line of their own, or each on one."""
    line = f"{head}{', '.join(items)}{tail}\n"
    if len(line) - 1 <= WIDTH:
        return line
    spaces = (len(head) - len(head.lstrip())) * " "
    inner = f"{spaces}    {', '.join(items)}"
    if tail.startswith(")") and len(inner) <= WIDTH:
        return f"{head}\n{inner}\n{spaces}{tail}\n"
    return f"{head}\n" + "".join(f"{spaces}    {item},\n" for item in items) + f"{spaces}{tail}\n"


# ---- constants -----------------------------------------------------------------------------------


def constants(members):
    for group, constants in groupby(members, attrgetter("group")):
        yield (f"# {group}\n" if group else "") + "".join(map(constant, constants))


def constant(declared) -> str:
    if declared.type == "usize":
        value = "c_size_t(-1).value"
    else:
        value = f"0x{declared.value:08X}" if declared.value > 0xFFFF else str(declared.value)
    return commented(f"{declared.name} = {value}", declared.comment)


def status_names(api) -> str:
    names = "".join(f'    {each.name}: "{each.name}",\n' for each in api.statuses())
    return f'\n# The name of each status: "SHM_E_ACCESS" of -5.\nSTATUS_NAMES = {{\n{names}}}\n'


# ---- structs -------------------------------------------------------------------------------------


def type_of(declared) -> str:
    if declared.kind == "array":
        return f"{SCALARS[declared.target.kind]} * {declared.length}"
    if declared.kind != "pointer":
        return SCALARS[declared.kind]
    target = declared.target
    if target.kind in ("wchar", "char", "void"):
        return {"wchar": "c_wchar_p", "char": "c_char_p", "void": "c_void_p"}[target.kind]
    return f"POINTER({target.name if target.kind == 'struct' else type_of(target)})"


def python_type_of(declared) -> str:
    if declared.kind == "array":
        return "bytes" if declared.target.kind == "char" else "ctypes.Array[c_uint16]"
    return "int | None" if declared.kind == "pointer" else "int"


def for_pointer_size(x64: int, x86: int) -> str:
    return str(x64) if x64 == x86 else f"{x64} if _IS_64_BIT else {x86}"


def struct(declared) -> str:
    pairs = [f'("{field.name}", {type_of(field.type)})' for field in declared.fields]
    hints = "".join(
        commented(f"    {field.name}: {python_type_of(field.type)}", field.comment) for field in declared.fields
    )
    sizes = [declared.name, for_pointer_size(declared.size(8), declared.size(4))]
    offsets = zip(declared.fields, declared.offsets(8), declared.offsets(4))
    sizes += [f"{field.name}={for_pointer_size(x64, x86)}" for field, x64, x86 in offsets]
    return (
        f"\n\nclass {declared.name}(ctypes.Structure):\n{hints}"
        + call("    _fields_ = [", pairs, "]")
        + "\n\n"
        + checks(sizes)
    )


def checks(arguments: list) -> str:
    return call("_check_layout(", arguments, ")")


# ---- functions -----------------------------------------------------------------------------------


def functions(members):
    for group, functions in groupby(members, attrgetter("group")):
        yield f"    # ---- {group}\n" + "".join(map(function, functions))


def function(declared) -> str:
    arguments = [type_of(each.type) for each in declared.parameters]
    name = f"    library.{declared.name}"
    return f"{name}.restype = {type_of(declared.result)}\n" + call(f"{name}.argtypes = [", arguments, "]")
