"""bindings/bindgen --check: the bindings fit the header, and would be found out if it changed and they did not."""

import importlib
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BINDGEN = pathlib.Path(__file__).resolve().parents[2] / "bindings" / "bindgen"
sys.path.insert(0, str(BINDGEN))

import versions  # noqa: E402
from header import HEADER, ROOT, read_api  # noqa: E402

TEXT = HEADER.read_text(encoding="utf-8")


def generated_files() -> dict:
    """The names of each language's files: a language may have its constants in one and its functions in another."""
    modules = (path.stem for path in BINDGEN.glob("*.py"))
    api = read_api()
    return {
        module: set(importlib.import_module(module).generate(api))
        for module in modules
        if module not in ("__main__", "header", "versions")
    }


def check(header: str) -> tuple:
    """The exit code of --check for a header of this text, and the files that it names."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "shmbroker.h"
        file.write_text(header, encoding="utf-8")
        run = subprocess.run(
            [sys.executable, str(BINDGEN), "--check", "--header", str(file)],
            capture_output=True,
            text=True,
        )
    return run.returncode, set(re.findall(r"^--- (\S+)", run.stderr, re.MULTILINE))


def changed(pattern: str, replacement: str) -> str:
    header, count = re.subn(pattern, replacement, TEXT)
    assert count == 1, f"{pattern} is there {count} times"
    return header


class Check(unittest.TestCase):
    def expect_each_language_named(self, header: str):
        exit_code, named = check(header)
        files = generated_files()
        silent = [language for language, names in files.items() if not names & named]
        self.assertEqual(silent, [])
        self.assertEqual(named - set().union(*files.values()), set())
        self.assertEqual(exit_code, 1)

    def test_nothing_is_out_of_date(self):
        self.assertEqual(check(TEXT), (0, set()))

    def test_a_constant_that_changed_is_noticed(self):
        self.expect_each_language_named(changed(r"#define SHM_E_BUSY \(-20\)", "#define SHM_E_BUSY (-120)"))

    def test_a_constant_that_is_new_is_noticed(self):
        self.expect_each_language_named(changed(r"#define SHM_READ 1u\n", "#define SHM_READ 1u\n#define SHM_LOOK 4u\n"))

    def test_a_field_that_changed_is_noticed(self):
        self.expect_each_language_named(changed(r"  uint64_t lock_waits; ", "  uint64_t lock_delays;"))

    def test_a_version_that_changed_is_noticed_by_each_package(self):
        exit_code, named = check(changed(r"#define SHM_VERSION 0x\w+u", "#define SHM_VERSION 0x00070003u"))
        self.assertEqual(set(versions.MANIFESTS) - named, set())
        self.assertEqual(exit_code, 1)

    def test_each_package_has_the_version_of_the_header(self):
        version = versions.version_of(read_api())
        for name in versions.MANIFESTS:
            self.assertEqual((ROOT / name).read_text(encoding="utf-8").count(version), 1, name)

    def test_a_function_that_changed_is_noticed(self):
        self.expect_each_language_named(changed(r"ShmCancel\(ShmChannel channel\)", "ShmCancel(ShmChannel channel, uint32_t why)"))


if __name__ == "__main__":
    unittest.main()
