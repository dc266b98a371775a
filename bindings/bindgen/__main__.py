"""Writes the part of each language's binding that repeats the C header: constants, structs, functions.

    python3 bindings/bindgen           writes the files
    python3 bindings/bindgen --check   says which are not what the header asks for; exit code 1 if any

Both take --header FILE, for another header than shmbroker.h.
A language's module has generate(api), which returns its files: {path from the top of the source: text}. So has versions.py,
for the files in which packages have their version.
"""

import argparse
import difflib
import importlib
import pathlib
import sys

from header import HEADER, ROOT, read_api

LANGUAGES = sorted(
    path.stem for path in pathlib.Path(__file__).parent.glob("*.py") if path.stem not in ("__main__", "header")
)


def differences(path: pathlib.Path, wanted: str) -> str:
    there = path.read_text(encoding="utf-8") if path.exists() else ""
    name = str(path.relative_to(ROOT))
    return "".join(
        difflib.unified_diff(there.splitlines(True), wanted.splitlines(True), name, "what shmbroker.h asks for")
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bindgen", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, and say what is out of date")
    parser.add_argument("--header", type=pathlib.Path, default=HEADER, help="read this file instead of shmbroker.h")
    arguments = parser.parse_args()
    check = arguments.check
    api = read_api(arguments.header)
    stale = 0
    for language in LANGUAGES:
        for name, text in importlib.import_module(language).generate(api).items():
            path = ROOT / name
            difference = differences(path, text)
            if check and difference:
                print(difference, file=sys.stderr)
                stale += 1
            elif difference:
                path.parent.mkdir(parents=True, exist_ok=True)
                # Visual Basic reads no file with other line ends.
                path.write_text(text, encoding="utf-8", newline="\r\n" if path.suffix == ".bas" else "\n")
                print("wrote", name)
    if stale:
        print(f"{stale} files are out of date: python3 bindings/bindgen writes them", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
