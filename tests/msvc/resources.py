"""The messages, resources and manifests through the Windows SDK's own mc, rc and mt, under Wine: what they make is what
MinGW's tools make of them.

    resources.py --sdk FOLDER --work FOLDER --windres PROGRAM --windmc PROGRAM --wine PROGRAM RESOURCE.rc...
"""

import argparse
import pathlib
import shutil
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "service/support/messages.mc"
MANIFEST = ROOT / "samples/cpp/gui.manifest"
DIALOG = 5
INCLUDES = [ROOT / "samples/cpp", ROOT / "monitor"]


def windows(path: pathlib.Path) -> str:
    return "Z:" + str(path.resolve()).replace("/", "\\")


class Sdk:
    def __init__(self, folder: pathlib.Path, wine: str):
        version = sorted((folder / "c/bin").glob("10.*"))[-1]
        self.programs = version / "x64"
        self.headers = [folder / "c/Include" / version.name / part for part in ("um", "shared")]
        self.wine = wine

    def run(self, program: str, *arguments: str, folder: pathlib.Path) -> None:
        done = subprocess.run([self.wine, str(self.programs / program), *arguments], cwd=folder, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
        if done.returncode != 0:
            raise SystemExit(f"{program} {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}")


def messages(file: pathlib.Path) -> dict[int, str]:
    """The texts of a message table: blocks of numbers from..to, each text with its length and whether it is UTF-16."""
    data = file.read_bytes()
    found = {}
    for block in range(struct.unpack_from("<I", data)[0]):
        low, high, at = struct.unpack_from("<III", data, 4 + 12 * block)
        for number in range(low, high + 1):
            length, wide = struct.unpack_from("<HH", data, at)
            text = data[at + 4 : at + length].decode("utf-16-le" if wide else "cp1252")
            found[number] = text.rstrip("\0").replace("\r\n", "\n")  # windmc takes the ends of lines as they are
            at += length
    return found


def name_at(data: bytes, at: int) -> tuple[object, int]:
    """A type or a name: a number behind 0xFFFF, or UTF-16 up to its NUL."""
    if data[at : at + 2] == b"\xff\xff":
        return struct.unpack_from("<H", data, at + 2)[0], at + 4
    end = at
    while data[end : end + 2] != b"\0\0":
        end += 2
    return data[at:end].decode("utf-16-le"), end + 2


def resources(file: pathlib.Path) -> dict[tuple, bytes]:
    """What is in a .res file: by type, name and language."""
    data = file.read_bytes()
    found = {}
    at = 0
    while at + 8 <= len(data):
        size, header = struct.unpack_from("<II", data, at)
        kind, after = name_at(data, at + 8)
        name, after = name_at(data, after)
        after = (after + 3) & ~3
        language = struct.unpack_from("<H", data, after + 6)[0]
        content = data[at + header : at + header + size]
        if kind == DIALOG:  # windres writes the names of window classes, which have no case, in capitals
            content = content.upper()
        if size:  # the first is empty, and only says that this is a .res file
            found[(kind, name, language)] = content
        at = (at + header + size + 3) & ~3
    return found


def compare(what: str, theirs: dict, ours: dict) -> int:
    if not theirs:
        print(f"{what}: nothing found: this script does not understand its input", file=sys.stderr)
        return 1
    faults = 0
    for key in sorted(theirs.keys() | ours.keys(), key=str):
        if theirs.get(key) != ours.get(key):
            print(f"{what}: {key}: the SDK makes {theirs.get(key)!r}\n  and MinGW {ours.get(key)!r}", file=sys.stderr)
            faults += 1
    print(f"{what}: {len(theirs)} compared")
    return faults


def check_messages(sdk: Sdk, windmc: str, work: pathlib.Path) -> int:
    tables = []
    for name in ("sdk", "mingw"):
        folder = work / name
        folder.mkdir(parents=True, exist_ok=True)
        if name == "sdk":
            shutil.copy(MESSAGES, folder)
            sdk.run("mc.exe", MESSAGES.name, folder=folder)
        else:
            subprocess.run([windmc, "-h", folder, "-r", folder, MESSAGES], check=True)
        tables.append((messages(folder / "MSG00409.bin"), defines(folder / "messages.h")))
    (their_texts, their_numbers), (our_texts, our_numbers) = tables
    return compare("texts of messages.mc", their_texts, our_texts) + compare(
        "numbers of messages.mc", their_numbers, our_numbers)


def defines(header: pathlib.Path) -> dict[str, int]:
    found = {}
    for line in header.read_text(encoding="latin-1").splitlines():
        words = line.split()
        if len(words) >= 3 and words[0] == "#define" and "0x" in words[-1]:
            found[words[1]] = int(words[-1].split("0x")[1].rstrip("L)"), 16)
    return found


def check_resource(sdk: Sdk, windres: str, file: pathlib.Path, work: pathlib.Path) -> int:
    theirs, ours = work / f"{file.stem}-sdk.res", work / f"{file.stem}-mingw.res"
    includes = [file.parent, *INCLUDES]
    options = [f"/I{windows(path)}" for path in [*includes, *sdk.headers]]
    sdk.run("rc.exe", "/nologo", "/x", *options, "/fo", windows(theirs), windows(file), folder=work)
    subprocess.run([windres, *(f"-I{path}" for path in includes), "-O", "res", file, ours], check=True)
    return compare(file.name, resources(theirs), resources(ours))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sdk", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--windres", required=True)
    parser.add_argument("--windmc", required=True)
    parser.add_argument("--wine", required=True)
    parser.add_argument("resources", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    sdk = Sdk(arguments.sdk, arguments.wine)
    work = arguments.work / "resources"
    work.mkdir(parents=True, exist_ok=True)
    faults = check_messages(sdk, arguments.windmc, work)
    for file in arguments.resources:
        faults += check_resource(sdk, arguments.windres, file, work)
    sdk.run("mt.exe", "-nologo", "-manifest", windows(MANIFEST), "-validate_manifest", folder=work)
    print(f"{MANIFEST.name}: valid")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
