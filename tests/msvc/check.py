"""Compiles sources as for Visual C++, by clang, against the headers of the Windows SDK: syntax and warnings only.

    check.py --commands compile_commands.json --sdk FOLDER --work FOLDER --processor x64|x86|arm64 [--headers] PART...

A part is a folder at the top of the source. Each source has the definitions and the includes of the build that
compile_commands.json is of. FOLDER of --sdk is the NuGet package microsoft.windows.sdk.cpp.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LIBCXX = pathlib.Path("/usr/lib/llvm-19/include/c++/v1")
TRIPLES = {
    "x64": "x86_64-pc-windows-msvc",
    "x86": "i686-pc-windows-msvc",
    "arm64": "aarch64-pc-windows-msvc",
}
HEADERS = {
    "header_alone.c": ("c99", "c11", "c17"),
    "header_alone.cpp": ("c++17", "c++20"),
    "wrapper_alone.cpp": ("c++20",),
}
# std::stop_token, which Visual C++ has, is libc++'s when asked for. Boost knows of Visual C++, and not of libc++ as its
# library, that std::unary_function has gone.
LIBRARY = ["-fexperimental-library", "-DBOOST_NO_CXX98_FUNCTION_BASE"]
# C4244, C4267 and C4018 of /W4 are -Wconversion and -Wsign-compare here.
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshorten-64-to-32", "-Werror"]


def newest(folder: pathlib.Path) -> pathlib.Path:
    return max(folder.iterdir(), key=lambda path: path.name)


def overlay_of(include: pathlib.Path) -> dict:
    """The SDK's headers as /sdk/um and so on, under names in any case: they include each other so."""

    def node(path: pathlib.Path) -> dict:
        if path.is_dir():
            return {"name": path.name, "type": "directory", "contents": [node(each) for each in sorted(path.iterdir())]}
        return {"name": path.name, "type": "file", "external-contents": str(path)}

    roots = [{**node(include / part), "name": f"/sdk/{part}"} for part in ("um", "shared", "ucrt")]
    return {"version": 0, "case-sensitive": "false", "roots": roots}


def configured_libcxx() -> str:
    """libc++'s __config_site for Microsoft's ABI and the threads of Windows."""
    text = (LIBCXX / "__config_site").read_text(encoding="utf-8")
    wanted = ("ABI_FORCE_MICROSOFT", "HAS_THREAD_API_WIN32", "NO_VCRUNTIME")
    for name in wanted:
        text = re.sub(rf"^/\* .undef _LIBCPP_{name}.*$", "", text, flags=re.MULTILINE)
    lines = "\n".join(f"#define _LIBCPP_{name}" for name in wanted)
    return text.replace("#define _LIBCPP_ABI_VERSION 1", f"#define _LIBCPP_ABI_VERSION 2\n{lines}")


def write_if_new(path: pathlib.Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def run(command: list, folder: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    return result.stderr or ("" if result.returncode == 0 else f"{shlex.join(command)} ended with {result.returncode}\n")


class Compiler:
    def __init__(self, sdk: pathlib.Path, work: pathlib.Path, processor: str):
        overlay = work / "overlay.json"
        write_if_new(overlay, json.dumps(overlay_of(newest(sdk / "c/Include"))))
        write_if_new(work / "libcxx/__config_site", configured_libcxx())
        self.base = ["clang-19", f"--target={TRIPLES[processor]}", "-fms-compatibility-version=19.44", "-fms-extensions"]
        self.base += ["-nostdlibinc", "-ivfsoverlay", str(overlay)]
        self.libcxx = ["-isystem", str(work / "libcxx"), "-isystem", str(LIBCXX)]
        self.system = ["-isystem", str(HERE / "stand_ins")]
        self.system += [word for part in ("ucrt", "um", "shared") for word in ("-isystem", f"/sdk/{part}")]
        self.precompiled = work / f"precompiled-{processor}.pch"

    def precompile(self, entry: dict) -> str:
        """Parses precompiled.h, as the source of this entry would; gives the compiler's complaints."""
        command = self.command(str(HERE / "precompiled.h"), shlex.split(entry["command"]))
        command.remove("-fsyntax-only")
        command[1:1] = ["-x", "c++-header", "-fpch-instantiate-templates", "-o", str(self.precompiled)]
        return run(command, entry["directory"])

    def check(self, entry: dict) -> str:
        command = self.command(entry["file"], shlex.split(entry["command"]))
        # What must do without Windows is not shown it.
        alone = entry["file"].startswith((f"{ROOT}/core/", f"{ROOT}/tests/abi/"))
        if entry["file"].endswith(".cpp") and not alone:
            command[1:1] = ["-include-pch", str(self.precompiled)]
        return run(command, entry["directory"])

    def command(self, source: str, words: list) -> list:
        flags = [word for word in words if word.startswith(("-D", "-I", "-std="))]
        for word, value in zip(words, words[1:]):
            if word == "-isystem" and "mingw" not in pathlib.Path(value).name:
                flags += [word, value]
        libcxx = [] if source.endswith(".c") else [*LIBRARY, *self.libcxx]
        return [*self.base, *libcxx, *self.system, *WARNINGS, "-fsyntax-only", *flags, source]


def each_alone(entry: dict) -> list:
    """The entry; one for each of its sources if it is a file of CMake's that compiles several as one."""
    path = pathlib.Path(entry["file"])
    if path.parent.name != "Unity":
        return [entry]
    sources = re.findall(r'^#include "(.*)"', path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [{**entry, "file": source} for source in sources]


def sources_of(commands: pathlib.Path, parts: list) -> list:
    """The entries of compile_commands.json that are in these parts, one for each source."""
    entries = {}
    written = json.loads(commands.read_text(encoding="utf-8"))
    for entry in (alone for each in written for alone in each_alone(each)):
        path = pathlib.Path(entry["file"])
        if path.suffix in (".c", ".cpp") and path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in parts:
            entries[entry["file"]] = entry
    if not entries:
        sys.exit(f"{commands} names no source in {', '.join(parts)}")
    return list(entries.values())


def public_headers() -> list:
    """An entry for each public header and standard."""
    folder = ROOT / "tests/abi"
    include = f"-I{ROOT}/client_dll/include"
    return [
        {"file": str(folder / name), "directory": str(folder), "command": f"{include} -std={standard}"}
        for name, standards in HEADERS.items()
        for standard in standards
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commands", type=pathlib.Path, required=True)
    parser.add_argument("--sdk", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--processor", choices=TRIPLES, required=True)
    parser.add_argument("--headers", action="store_true", help="the public headers, too, in each standard of C and C++")
    parser.add_argument("parts", nargs="+")
    arguments = parser.parse_args()

    entries = sources_of(arguments.commands, arguments.parts)
    if arguments.headers:
        entries += public_headers()
    compiler = Compiler(arguments.sdk, arguments.work, arguments.processor)
    # The one that has most definitions and includes.
    richest = max((e for e in entries if e["file"].endswith(".cpp")), key=lambda e: e["command"].count(" -D"))
    if text := compiler.precompile(richest):
        sys.exit(text)
    faults = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(compiler.check, entries):
            faults += bool(text)
            print(text, end="", file=sys.stderr)
    print(f"{TRIPLES[arguments.processor]}: {len(entries) - faults} of {len(entries)} sources are clean")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
