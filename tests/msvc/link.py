"""Compiles linked.c as for Visual C++ and links it as Microsoft's linker would, with the SDK's import libraries and ours.

    link.py --sdk FOLDER --work FOLDER --processor x64 --library shmclient.lib --output linked.exe [--dlltool PROGRAM]

With --dlltool kernel32.lib is made by that: for x86, whose libraries of the SDK are another large package.
"""

import argparse
import pathlib
import subprocess
import sys

from check import HERE, ROOT, TRIPLES, Compiler


def sdk_kernel32(sdk: pathlib.Path, processor: str) -> pathlib.Path:
    package = sdk.parent.with_name(f"microsoft.windows.sdk.cpp.{processor}") / sdk.name
    return next(path for path in (package / "c/um" / processor).iterdir() if path.name.lower() == "kernel32.lib")


def make_kernel32(work: pathlib.Path, dlltool: str) -> pathlib.Path:
    definition = work / "kernel32_x86.def"
    definition.write_text("LIBRARY kernel32.dll\nEXPORTS\n  ExitProcess@4\n")
    library = definition.with_suffix(".lib")
    subprocess.run([dlltool, "-m", "i386", "-k", "-d", str(definition), "-l", str(library)], check=True)
    return library


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sdk", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--processor", choices=TRIPLES, required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--dlltool")
    arguments = parser.parse_args()

    compiler = Compiler(arguments.sdk, arguments.work, arguments.processor)
    source = str(HERE / "linked.c")
    command = compiler.command(source, [f"-I{ROOT}/client_dll/include", "-std=c99"])
    command.remove("-fsyntax-only")
    compiled = str(arguments.work / f"linked_{arguments.processor}.obj")
    # Without a runtime of C there is nobody to check the stack, and no memcpy for a loop to become.
    subprocess.run([*command, "-c", "-O1", "-fno-builtin", "-fno-stack-protector", "-o", compiled], check=True)
    if arguments.dlltool:
        kernel32 = make_kernel32(arguments.work, arguments.dlltool)
    else:
        kernel32 = sdk_kernel32(arguments.sdk, arguments.processor)
    options = ["/nologo", "/nodefaultlib", "/subsystem:console", "/entry:start", f"/out:{arguments.output}"]
    subprocess.run(["lld-link-19", *options, compiled, str(kernel32), arguments.library], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
