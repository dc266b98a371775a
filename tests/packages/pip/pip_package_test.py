"""pip_package_test.py SOURCE PACKAGES FOLDER: has pip install the wheel in FOLDER, with a program of a stranger, and looks at
what a user finds there."""

import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

PYRIGHT = "1.1.414"

root, packages, folder = (pathlib.Path(path).resolve() for path in sys.argv[1:])
package = root / "bindings" / "python"
wheels = folder.with_name(folder.name + "-wheel")


def run(*command: object) -> str:
    result = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


def bring_pyright() -> pathlib.Path | None:
    """Kept from one run to the next. None: there is no npm, or it reaches no registry."""
    home = folder.with_name(f"{folder.name}-pyright-{PYRIGHT}")
    program = home / "node_modules" / "pyright" / "index.js"
    if not program.exists() and (npm := shutil.which("npm")):
        options = ["--prefer-offline", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]
        subprocess.run([npm, "install", "--prefix", home, *options, f"pyright@{PYRIGHT}"], stdout=subprocess.DEVNULL)
    return program if program.exists() else None


for old in (folder, wheels):
    shutil.rmtree(old, ignore_errors=True)
pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]
(wheel,) = (packages / "python").glob("*-py3-none-win_amd64.whl")
run(*pip, "wheel", "--no-index", "--no-deps", "--wheel-dir", wheels / "any", package)
(without_dll,) = (wheels / "any").iterdir()
assert without_dll.name.endswith("-py3-none-any.whl"), without_dll.name

names = set(zipfile.ZipFile(wheel).namelist())
modules = {f"shmbroker/{path.name}" for path in (package / "shmbroker").iterdir() if path.is_file()}
assert modules | {"shmbroker/shmclient.dll", "shmbroker/py.typed"} <= names, modules - names
assert {name.rpartition("/")[2] for name in names} >= {"LICENSE", "THIRD-PARTY-NOTICES.txt", "METADATA", "RECORD"}, names

target = ["--target", folder, "--platform", "win_amd64", "--only-binary=:all:"]
run(*pip, "install", "--no-index", "--find-links", packages / "python", *target, "shmbroker")
sys.path.insert(0, str(folder))
import shmbroker  # noqa: E402
from importlib import metadata  # noqa: E402

assert metadata.version("shmbroker") == shmbroker.__version__ == wheel.name.split("-")[1]
assert "Channel(" in metadata.metadata("shmbroker").get_payload()
for name in shmbroker.__all__:
    text = getattr(shmbroker, name).__doc__  # of a NamedTuple that has none, Python makes one
    assert name.startswith("__") or text and not text.startswith(f"{name}("), f"{name} has no documentation"

program = folder / "main.py"
shutil.copy(pathlib.Path(__file__).parent / "main.py", program)
(folder / "pyrightconfig.json").write_text('{ "typeCheckingMode": "strict", "include": ["main.py"] }', encoding="utf-8")
if mypy := shutil.which("mypy"):
    cache = f"--cache-dir={wheels / 'mypy'}"
    subprocess.run([mypy, "--strict", "--platform", "win32", cache, "main.py"], cwd=folder, check=True)
if pyright := bring_pyright():
    command = ["node", pyright, "--pythonplatform", "Windows", "--pythonversion", "3.10"]
    subprocess.run([*command, "--project", "."], cwd=folder, check=True)
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    subprocess.run([*command, "--verifytypes", "shmbroker", "--ignoreexternal"], cwd=wheels, env=environment, check=True)
else:
    print("not checked by pyright: npm brings none")
print("1 passed, 0 failed")
