"""Checks that each test that docs/testing.md names is there: a page that promises a test must not outlive it.

    python3 check_named_tests.py SOURCE
"""

import pathlib
import re
import sys

NAMED = re.compile(r"`([A-Z]\w+)?\.([A-Z]\w+)`")
DEFINED = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.MULTILINE)


def main() -> int:
    source = pathlib.Path(sys.argv[1])
    defined = set()
    for path in (source / "tests").rglob("*.cpp"):
        defined.update(DEFINED.findall(path.read_text(encoding="utf-8")))
    suite = ""
    named = missing = 0
    for match in NAMED.finditer((source / "docs" / "testing.md").read_text(encoding="utf-8")):
        suite = match[1] or suite  # `.Other` is of the suite that was named last
        named += 1
        if (suite, match[2]) not in defined:
            print(f"docs/testing.md names {suite}.{match[2]}, which is no test", file=sys.stderr)
            missing += 1
    print(f"{named} tests named, {missing} of them missing")
    return 1 if missing or named == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
