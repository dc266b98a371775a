"""The manifest of the performance counters through the Windows SDK's own compiler, ctrpp, under Wine: it is sound, and what
ctrpp makes of it is what service/performance/counter_sets.cmake has made of it.

    counters.py --sdk FOLDER --work FOLDER --wine PROGRAM --generated FOLDER
"""

import argparse
import pathlib
import re

from resources import ROOT, Sdk, windows

MANIFEST = ROOT / "service/performance/shmbroker.man"


def decoded(file: pathlib.Path) -> str:
    data = file.read_bytes()
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def texts(file: pathlib.Path) -> dict[int, str]:
    """The strings of a resource script, by number."""
    return {int(number, 0): text for number, text in re.findall(r"^\s*(\w+),?\s+L?\"(.*)\"", decoded(file), re.MULTILINE)
            if number[0].isdigit()}


def counters(file: pathlib.Path, pattern: str) -> list[tuple[str, ...]]:
    """The counters in a header, in their order: number and type."""
    return re.findall(pattern, decoded(file))


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("sdk", "work", "generated"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--wine", required=True)
    options = parser.parse_args()
    folder = options.work / "counters"
    folder.mkdir(parents=True, exist_ok=True)
    Sdk(options.sdk, options.wine).run("ctrpp.exe", "-o", "counters.h", "-rc", "counters.rc", windows(MANIFEST),
                                       folder=folder)
    theirs, ours = texts(folder / "counters.rc"), texts(options.generated / "counter_sets.rc")
    if not ours or theirs != ours:
        raise SystemExit(f"the texts differ:\nctrpp: {theirs}\nours:  {ours}")
    theirs = counters(folder / "counters.h", r"{ (\d+), (PERF_\w+), PERF_ATTRIB_BY_REFERENCE, sizeof\(ULONGLONG\), "
                                             r"PERF_DETAIL_NOVICE, 0, 0 }")
    ours = counters(options.generated / "counter_sets.h", r"k\w+{(\d+), (PERF_\w+)};")
    if not ours or theirs != ours:
        raise SystemExit(f"the counters differ:\nctrpp: {theirs}\nours:  {ours}")
    print(f"ctrpp makes the same {len(ours)} counters")


if __name__ == "__main__":
    main()
