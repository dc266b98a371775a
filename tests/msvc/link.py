"""Compiles linked.c as for Visual C++ and links it as Microsoft's linker would, with the SDK's import libraries and ours.

    link.py --sdk FOLDER --work FOLDER --processor x64 --library shmclient.lib --output linked.exe
"""

import argparse
import pathlib
import subprocess
import sys

from check import HERE, ROOT, TRIPLES, Compiler


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sdk", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--processor", choices=TRIPLES, required=True)
    parser.add_argument("--library", required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()

    compiler = Compiler(arguments.sdk, arguments.work, arguments.processor)
    source = str(HERE / "linked.c")
    command = compiler.command(source, [f"-I{ROOT}/client_dll/include", "-std=c99"])
    command.remove("-fsyntax-only")
    compiled = str(arguments.work / "linked.obj")
    # Without a runtime of C there is nobody to check the stack, and no memcpy for a loop to become.
    subprocess.run([*command, "-c", "-O1", "-fno-builtin", "-fno-stack-protector", "-o", compiled], check=True)
    package = arguments.sdk.parent.with_name(f"microsoft.windows.sdk.cpp.{arguments.processor}") / arguments.sdk.name
    libraries = package / "c/um" / arguments.processor
    kernel32 = next(path for path in libraries.iterdir() if path.name.lower() == "kernel32.lib")
    options = ["/nologo", "/nodefaultlib", "/subsystem:console", "/entry:start", f"/out:{arguments.output}"]
    subprocess.run(["lld-link-19", *options, compiled, str(kernel32), arguments.library], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
