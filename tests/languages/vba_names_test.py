"""The modules and samples for VBA, which nothing here runs: what they use of ShmBroker is there, and takes what they give."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "bindings" / "vba").glob("*.bas"))
FILES = MODULES + sorted(path for path in (ROOT / "samples" / "vba").iterdir() if path.suffix in (".bas", ".frm"))


def code_of(file: pathlib.Path) -> list[str]:
    """Statements, without comments and texts."""
    text = re.sub(r" _\r?\n\s*", " ", file.read_text(encoding="ascii"))
    return [re.sub(r'"[^"]*"', '""', line).split("'")[0].strip() for line in text.splitlines()]


def split_arguments(text: str) -> list[str]:
    """What stands between commas that are in no parentheses, up to the one that closes them all."""
    depth, parts = 0, [""]
    for character in text:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            break
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


class Names(unittest.TestCase):
    """By what the modules declare."""

    def setUp(self) -> None:
        self.values: set[str] = set()
        self.procedures: dict[str, tuple[int, int]] = {}  # the fewest and the most arguments
        for line in (line for module in MODULES for line in code_of(module)):
            if found := re.match(r"Public (?:Const|Type) (\w+)", line):
                self.values.add(found[1])
            found = re.match(r"Public (?:Declare )?(?:PtrSafe )?(?:Function|Sub) (\w+)(?: Lib \"\")? ?\((.*)", line)
            if found:
                arguments = split_arguments(found[2])
                needed = [each for each in arguments if not each.startswith("Optional")]
                self.procedures[found[1]] = (len(needed), len(arguments))

    def test_what_is_used_is_declared(self) -> None:
        self.assertGreater(len(self.procedures), 60)
        declared = self.values | set(self.procedures)
        for file in FILES:
            for line in code_of(file):
                if line.startswith("Attribute"):
                    continue
                for name in re.findall(r"(?<![.\w])(Shm[A-Z]\w*|SHM_\w+)", line):
                    with self.subTest(file=file.name, line=line):
                        self.assertIn(name, declared)

    def test_procedures_get_as_many_arguments_as_they_take(self) -> None:
        calls = 0
        for file in FILES:
            for line in code_of(file):
                if line.startswith(("Public ", "Private ", "Attribute ")):
                    continue
                for name, arguments in self.calls_in(line):
                    fewest, most = self.procedures[name]
                    with self.subTest(file=file.name, line=line):
                        self.assertIn(len(arguments), range(fewest, most + 1))
                    calls += 1
        self.assertGreater(calls, 40)

    def calls_in(self, line: str) -> list[tuple[str, list[str]]]:
        """Of a function in an expression, whose arguments are in parentheses, or of a statement, whose are not."""
        calls = []
        for found in re.finditer(r"(?<![.\w])Shm[A-Z]\w*", line):
            before, rest = line[: found.start()], line[found.end() :]
            if found[0] not in self.procedures or rest.startswith(" ="):  # it is what the function gives
                continue
            is_statement = before.endswith(("Then ", "Else ")) or not before
            arguments = rest[1:] if rest.startswith("(") or is_statement else ""
            calls.append((found[0], split_arguments(arguments)))
        return calls


if __name__ == "__main__":
    unittest.main()
