"""conan_recipe_test.py PREFIX FOLDER: runs the recipe for Conan in what is installed, with stand-ins for Conan's own modules,
which Debian does not have, and looks at what it puts where."""

import fnmatch
import importlib.util
import pathlib
import shutil
import sys
import types
from collections import defaultdict

prefix, folder = map(pathlib.Path, sys.argv[1:])
recipe = prefix / "packages" / "conan" / "conanfile.py"


class Refused(Exception):
    pass


class Information:
    """What a program that uses the package is told of it, or of a component."""

    def __init__(self):
        self.properties = {}
        self.components = defaultdict(Information)

    def set_property(self, name: str, value: str):
        self.properties[name] = value


def copy(conanfile, pattern: str, src: str, dst: str) -> list:
    files = [path.relative_to(src).as_posix() for path in pathlib.Path(src).rglob("*") if path.is_file()]
    found = [name for name in files if fnmatch.fnmatch(name, pattern)]
    for name in found:
        target = pathlib.Path(dst, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(pathlib.Path(src, name), target)
    return found


def load():
    stand_ins = {
        "conan": {"ConanFile": object},
        "conan.errors": {"ConanInvalidConfiguration": Refused},
        "conan.tools": {},
        "conan.tools.files": {"copy": copy},
    }
    for name, members in stand_ins.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(members)
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("conanfile", recipe)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.ShmBroker


def package_for(system: str, arch: str) -> set[str]:
    made = load()()
    made.settings = types.SimpleNamespace(os=system, arch=arch)
    made.source_folder, made.package_folder = str(recipe.parent), str(folder / arch)
    made.validate()
    made.package()
    return {path.relative_to(folder / arch).as_posix() for path in (folder / arch).rglob("*") if path.is_file()}


shutil.rmtree(folder, ignore_errors=True)
wanted = {"bin/shmclient.dll", "lib/shmclient.lib", "include/shmbroker/shmbroker.h", "include/shmbroker/shmbroker.hpp"}
wanted |= {"licenses/LICENSE", "licenses/THIRD-PARTY-NOTICES.txt"}
files = package_for("Windows", "x86_64")
assert wanted <= files, wanted - files
assert (folder / "x86_64/bin/shmclient.dll").read_bytes() == (prefix / "shmclient.dll").read_bytes()
try:
    package_for("Linux", "x86_64")
    raise AssertionError("there is a package for Linux")
except Refused as refusal:
    print(refusal)

told = load()()
told.cpp_info = Information()
told.package_info()
targets = {name: part.properties["cmake_target_name"] for name, part in told.cpp_info.components.items()}
assert targets == {"client": "ShmBroker::client", "cpp": "ShmBroker::cpp"}, targets
assert told.cpp_info.properties["cmake_file_name"] == "ShmBroker"
print("1 passed, 0 failed")
