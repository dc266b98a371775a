"""JavaScript: bindings/javascript/shmbroker/abi.js, and abi.d.ts, its types for editors and TypeScript. Both are formatted
as Prettier would."""

from itertools import groupby
from operator import attrgetter
from textwrap import indent

FOLDER = "bindings/javascript/shmbroker/"
WIDTH = 110

HEADING = """\
// The C interface of ShmBroker for Node.js, through koffi.
//
// Generated from shmbroker.h by bindings/bindgen/javascript.py: change those. shmbroker.h tells what each
// function does; index.js is the module for everyday use.
"""

NO_CHECK = """\
// @ts-nocheck: its types are in abi.d.ts.
"""

HELPERS = """\
import koffi from "koffi";
import { library } from "./library.js";

const is64Bit = koffi.sizeof("void *") === 8;

// A struct that is not laid out as in C would corrupt memory.
function struct(name, members, offsets, size) {
  const type = koffi.struct(name, members);
  const isRight = (member, i) => koffi.offsetof(type, member) === offsets[i];
  if (koffi.sizeof(type) !== size || !Object.keys(members).every(isRight)) {
    throw new Error(`${name} is not laid out as in shmbroker.h`);
  }
  return type;
}

const native = (result, name, parameters) =>
  library.func("__stdcall", name, result, Object.values(parameters));
"""

TYPES = """\
import type { TypeObject } from "koffi";

/** The memory of a buffer, or an address. */
type Memory = ArrayBufferView | bigint | null;

/** Where a function stores one value, or the address of that. */
type Out<T> = [T] | ArrayBufferView | bigint;

/** An object, an array of them, or their memory, which it must be where the function stores several. */
type Structs<T> = Partial<T> | Partial<T>[] | Memory;

/** A function of the DLL; async calls it on a worker thread, where ShmLastErrorText stays. */
type Native<F extends (...parameters: any[]) => unknown> = F & {
  async(...parameters: [...Parameters<F>, (error: Error | null, result: ReturnType<F>) => void]): void;
};
"""

SCALARS = {
    "i32": "int32_t",
    "u32": "uint32_t",
    "u64": "uint64_t",
    "usize": "size_t",
    "uptr": "uintptr_t",
    "wchar": "char16_t",
    "char": "char",
    "void": "void",
}


def generate(api) -> dict:
    script = [HEADING + NO_CHECK + HELPERS, *constants(api, value), status_names(api), *map(struct, api.structs)]
    script += functions(api, function)
    types = [HEADING + TYPES, *constants(api, literal_type), status_name_type(api), *map(interface, api.structs)]
    types += functions(api, signature)
    return {FOLDER + "abi.js": "\n".join(script), FOLDER + "abi.d.ts": "\n".join(types)}


def fitting(head: str, items: list, tail: str, width: int = WIDTH) -> str:
    """One line, or a line for each item where they do not fit into one."""
    spaces = (" ", " ") if head.endswith("{") and items else ("", "")
    line = f"{head}{spaces[0]}{', '.join(items)}{spaces[1]}{tail}\n"
    if len(line) - 1 <= width:
        return line
    return f"{head}\n" + "".join(f"  {item},\n" for item in items) + f"{tail}\n"


# ---- constants -----------------------------------------------------------------------------------


def constants(api, declare):
    for group, members in groupby(api.constants, attrgetter("group")):
        heading = f"// {group}\n" if group else ""
        yield heading + "".join(map(declare, members))


def value_of(constant) -> str:
    return f"0x{constant.value:08x}" if constant.value > 0xFFFF else str(constant.value)


def value(constant) -> str:
    comment = f" // {constant.comment}" if constant.comment else ""
    text = "is64Bit ? 0xffffffffffffffffn : 0xffffffff" if constant.type == "usize" else value_of(constant)
    return f"export const {constant.name} = {text};{comment}\n"


def literal_type(constant) -> str:
    comment = f"/** {constant.comment} */\n" if constant.comment else ""
    text = "bigint | number" if constant.type == "usize" else value_of(constant)
    return f"{comment}export const {constant.name}: {text};\n"


STATUS_NAMES_TYPE = """\
/** The name of each status: "SHM_E_ACCESS" of -5. */
export const STATUS_NAMES: ReadonlyMap<number, StatusName>;
"""


def status_name_type(api) -> str:
    names = "".join(f'\n  | "{each.name}"' for each in api.statuses())
    return f"export type StatusName ={names};\n\n{STATUS_NAMES_TYPE}"


def status_names(api) -> str:
    names = "".join(f'  [{each.name}, "{each.name}"],\n' for each in api.statuses())
    return f'// The name of each status: "SHM_E_ACCESS" of -5.\nexport const STATUS_NAMES = new Map([\n{names}]);\n'


# ---- structs -------------------------------------------------------------------------------------


def type_of(declared) -> str:
    """In the C of koffi. A pointer that is not to const is to what the function reads and writes."""
    if declared.kind == "array":
        return f"{SCALARS[declared.target.kind]} [{declared.length}]"
    if declared.kind == "struct":
        return declared.name
    if declared.kind != "pointer":
        return SCALARS[declared.kind]
    star = "" if declared.target.kind == "pointer" else " "
    return f"{'const ' if declared.const else ''}{type_of(declared.target)}{star}*"


def for_pointer_size(x64, x86) -> str:
    return str(x64) if x64 == x86 else f"is64Bit ? {x64} : {x86}"


def struct(declared) -> str:
    fields = "".join(
        f'    {field.name}: "{type_of(field.type)}",{f" // {field.comment}" if field.comment else ""}\n'
        for field in declared.fields
    )
    *x64, size_x64 = declared.offsets(8)
    *x86, size_x86 = declared.offsets(4)
    return (
        f'export const {declared.name} = struct(\n  "{declared.name}",\n  {{\n{fields}  }},\n'
        f"  {for_pointer_size(x64, x86)},\n  {for_pointer_size(size_x64, size_x86)},\n);\n"
    )


def script_type_of(declared) -> str:
    if declared.kind == "array":
        return "string"
    if declared.kind == "pointer":
        return "Memory"
    return "number | bigint" if declared.kind in ("u64", "usize", "uptr") else "number"


def interface(declared) -> str:
    fields = "".join(
        (f"  /** {field.comment} */\n" if field.comment else "")
        + f"  {field.name}: {script_type_of(field.type)};\n"
        for field in declared.fields
    )
    return f"export const {declared.name}: TypeObject;\nexport interface {declared.name} {{\n{fields}}}\n"


# ---- functions -----------------------------------------------------------------------------------


def functions(api, declare):
    for group, members in groupby(api.functions, attrgetter("group")):
        yield f"// ---- {group}\n\n" + "".join(map(declare, members))


def passed_type(declared) -> str:
    stored = declared.kind == "pointer" and not declared.const
    return f"_Inout_ {type_of(declared)}" if stored else type_of(declared)


def function(declared) -> str:
    parameters = [f'{each.name}: "{passed_type(each.type)}"' for each in declared.parameters]
    head = f'export const {declared.name} = native("{type_of(declared.result)}", "{declared.name}", {{'
    return fitting(head, parameters, "});")


def script_parameter_type_of(declared) -> str:
    if declared.kind != "pointer":
        return script_type_of(declared)
    target = declared.target
    if target.kind in ("wchar", "char"):
        return "string | null"
    if target.kind == "struct":
        return f"Structs<{target.name}>"
    if target.kind == "void":
        return "Memory"
    if declared.const:
        return f"{script_type_of(target)}[] | ArrayBufferView"
    return f"Out<{'bigint | null' if target.kind == 'pointer' else script_type_of(target)}> | null"


def signature(declared) -> str:
    result = "string" if declared.result.kind == "pointer" else script_type_of(declared.result)
    parameters = [f"{each.name}: {script_parameter_type_of(each.type)}" for each in declared.parameters]
    head, tail = f"export const {declared.name}: Native<", f") => {result}"
    line = f"{head}({', '.join(parameters)}{tail}>;\n"
    return line if len(line) - 1 <= WIDTH else f"{head}\n{indent(fitting('(', parameters, tail, WIDTH - 2), '  ')}>;\n"
