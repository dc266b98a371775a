"""What a public header declares: constants, structs with their offsets, and functions.

The header is read by pycparser, which knows C and not the preprocessor: gcc removes what is the preprocessor's, and the
constants are taken from the text.
"""

import pathlib
import re
import subprocess
from dataclasses import dataclass

from pycparser import c_ast, c_parser

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "client_dll/include"
HEADER = INCLUDE / "shmbroker/shmbroker.h"
WATCH = INCLUDE / "shmbroker/watch.h"  # it includes the other
FAKE_LIBC = "/usr/share/python3-pycparser/fake_libc_include"


@dataclass(frozen=True)
class Type:
    """kind: i32 u32 u64 usize uptr wchar char void, or pointer, array or struct, whose target it has."""

    kind: str
    target: "Type | None" = None  # of a pointer or an array
    const: bool = False  # whether a pointer's target is const
    length: int = 0  # of an array
    name: str = ""  # of a struct

    def size(self, pointer: int) -> int:
        """Bytes, where a pointer has so many."""
        if self.kind == "array":
            return self.length * self.target.size(pointer)
        sizes = {"i32": 4, "u32": 4, "u64": 8, "usize": pointer, "uptr": pointer, "wchar": 2, "char": 1}
        return sizes.get(self.kind, pointer)


@dataclass(frozen=True)
class Constant:
    name: str
    value: int  # of SHM_KEEP: -1, as a size_t
    type: str  # i32: a status; u32; usize
    comment: str
    group: str  # what stands above it and those that it belongs to


@dataclass(frozen=True)
class Field:
    name: str
    type: Type
    comment: str


@dataclass(frozen=True)
class Struct:
    name: str
    fields: tuple

    def offsets(self, pointer: int) -> list:
        """Of each field, and then the size of all. There is no padding: the header promises it, and this checks it."""
        at, found = 0, []
        for field in self.fields:
            found.append(at)
            element = field.type.target if field.type.kind == "array" else field.type
            if at % element.size(pointer) != 0:
                raise ValueError(f"{self.name}.{field.name} needs padding before it")
            at += field.type.size(pointer)
        return found + [at]

    def size(self, pointer: int) -> int:
        return self.offsets(pointer)[-1]


@dataclass(frozen=True)
class Parameter:
    name: str
    type: Type


@dataclass(frozen=True)
class Function:
    name: str
    result: Type
    parameters: tuple
    group: str  # the header's section


@dataclass(frozen=True)
class Api:
    constants: tuple
    structs: tuple
    functions: tuple

    def constant(self, name: str) -> Constant:
        return next(each for each in self.constants if each.name == name)

    def statuses(self) -> list:
        return [each for each in self.constants if re.match(r"SHM_(OK|S_|E_)", each.name)]


SCALARS = {
    "int32_t": "i32",
    "uint32_t": "u32",
    "ShmChannel": "u32",
    "ShmToken": "u64",
    "uint64_t": "u64",
    "size_t": "usize",
    "uintptr_t": "uptr",
    "wchar_t": "wchar",
    "char": "char",
    "void": "void",
}


def value_of(text: str) -> int:
    return -1 if text == "SIZE_MAX" else int(text.strip("()").rstrip("u"), 0)


def constants_of(text: str):
    for paragraph in text.split("\n\n"):
        heading = re.match(r"/\* (.*?) \*/$", paragraph, re.MULTILINE)
        for name, value, comment in re.findall(
            r"^#define (SHM_\w+) (\(.*?\)|\w+)(?:[ \t]*/\* (.*?) \*/)?$", paragraph, re.MULTILINE
        ):
            if name == "SHM_CALL":
                continue
            is_status = re.match(r"SHM_(OK|S_|E_)", name)
            kind = "i32" if is_status else "usize" if value == "SIZE_MAX" else "u32"
            yield Constant(name, value_of(value), kind, comment, heading.group(1) if heading else "")


class Reader:
    def __init__(self, constants, text):
        self.lengths = {each.name: each.value for each in constants}
        self.text = text

    def type_of(self, node) -> Type:
        if isinstance(node, c_ast.PtrDecl):
            return Type("pointer", self.type_of(node.type), const="const" in node.type.quals)
        if isinstance(node, c_ast.ArrayDecl):
            return Type("array", self.type_of(node.type), length=self.length_of(node.dim))
        names = node.type.names
        if names[0] in SCALARS:
            return Type(SCALARS[names[0]])
        return Type("struct", name=names[0])

    def length_of(self, node) -> int:
        if isinstance(node, c_ast.BinaryOp):
            return self.length_of(node.left) + self.length_of(node.right)
        return int(node.value, 0)

    def comment_of(self, struct: str, field: str) -> str:
        body = re.search(r"typedef struct %s \{(.*?)\n\} %s;" % (struct, struct), self.text, re.DOTALL).group(1)
        found = re.search(r"\b%s(?:\[[^;]*?\])?;[ \t]*/\* (.*?) \*/" % field, body)
        return found.group(1) if found else ""

    def struct(self, node) -> Struct:
        fields = [Field(d.name, self.type_of(d.type), self.comment_of(node.name, d.name)) for d in node.decls]
        return Struct(node.name, tuple(fields))

    def group_of(self, function: str) -> str:
        before = self.text[: re.search(r"\bSHM_CALL %s\(" % function, self.text).start()]
        return (re.findall(r"^/\* ---- (.*?) -", before, re.MULTILINE) or [""])[-1]

    def function(self, name, node) -> Function:
        parameters = [Parameter(d.name, self.type_of(d.type)) for d in node.args.params if d.name]
        return Function(name, self.type_of(node.type), tuple(parameters), self.group_of(name))


def read_api(header: pathlib.Path = HEADER, included: pathlib.Path | None = None) -> Api:
    """Of a header that includes another one: what it has itself, by the constants of both."""
    text = header.read_text(encoding="utf-8")
    constants = tuple(constants_of(text))
    others = constants_of(included.read_text(encoding="utf-8")) if included else ()
    preprocessed = subprocess.run(
        ["gcc", "-E", "-P", "-nostdinc", "-isystem", FAKE_LIBC, "-I", str(INCLUDE), "-D__attribute__(x)=", str(header)],
        check=True, capture_output=True, text=True,
    ).stdout
    reader = Reader((*constants, *others), text)
    structs, functions = [], []
    for node in c_parser.CParser().parse(preprocessed).ext:
        kind = getattr(node, "type", None)
        if isinstance(kind, c_ast.TypeDecl) and isinstance(kind.type, c_ast.Struct) and kind.type.decls:
            if f"typedef struct {node.name} {{" in text:
                structs.append(reader.struct(kind.type))
        elif isinstance(kind, c_ast.FuncDecl) and f"SHM_CALL {node.name}(" in text:
            functions.append(reader.function(node.name, kind))
    return Api(constants, tuple(structs), tuple(functions))
