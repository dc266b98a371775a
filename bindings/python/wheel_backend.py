"""Builds the wheel, for pip: a package of Python with a DLL for one kind of Windows, which needs no compiler.

    pip wheel . -C dll=C:\\…\\shmclient.dll              py3-none-win_amd64 or -win32, as the DLL is
    pip wheel . -C dll=… -C licenses=LICENSE,NOTICES.txt  with these texts, too

Without a DLL the wheel is py3-none-any, and finds the installed one. Without pip, a wheel for each DLL:

    python wheel_backend.py FOLDER LICENSE,NOTICES.txt DLL...
"""

import base64
import hashlib
import pathlib
import re
import struct
import sys
import zipfile
from typing import Any

try:
    import tomllib
except ImportError:  # Python 3.10, whose pip has one
    from pip._vendor import tomli as tomllib  # type: ignore[no-redef]

HERE = pathlib.Path(__file__).parent
PLATFORMS = {0x8664: "win_amd64", 0x014C: "win32", 0xAA64: "win_arm64"}  # by the machine that a DLL is for


def build_wheel(
    wheel_directory: str, config_settings: dict[str, str] | None = None, metadata_directory: str | None = None
) -> str:
    settings = config_settings or {}
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    dll = pathlib.Path(settings["dll"]) if "dll" in settings else None
    tag = f"py3-none-{platform_of(dll) if dll else 'any'}"
    info = f"{project['name']}-{version()}.dist-info"
    files = {f"shmbroker/{path.name}": path.read_bytes() for path in modules()}
    if dll:
        files["shmbroker/shmclient.dll"] = dll.read_bytes()
    licenses = [pathlib.Path(path) for path in settings.get("licenses", "").split(",") if path]
    for path in licenses:
        files[f"{info}/licenses/{path.name}"] = path.read_bytes()
    files[f"{info}/METADATA"] = metadata(project, [path.name for path in licenses]).encode()
    kind = f"Root-Is-Purelib: {str(not dll).lower()}\nTag: {tag}\n"
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: shmbroker\n{kind}".encode()
    files[f"{info}/RECORD"] = record(files, f"{info}/RECORD").encode()
    name = f"{project['name']}-{version()}-{tag}.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for file, content in files.items():
            wheel.writestr(zipfile.ZipInfo(file), content, zipfile.ZIP_DEFLATED)  # the same date each time
    return name


def modules() -> list[pathlib.Path]:
    files = (HERE / "shmbroker").iterdir()
    return sorted(path for path in files if path.suffix == ".py" or path.name == "py.typed")


def version() -> str:
    text = (HERE / "shmbroker" / "version.py").read_text(encoding="utf-8")
    (found,) = re.findall(r'^__version__ = "(.+)"', text, re.MULTILINE)
    return str(found)


def platform_of(dll: pathlib.Path) -> str:
    """Of the machine that the header of a DLL names."""
    image = dll.read_bytes()
    (header,) = struct.unpack_from("<I", image, 0x3C)
    (machine,) = struct.unpack_from("<H", image, header + 4)
    if image[header : header + 4] != b"PE\0\0" or machine not in PLATFORMS:
        raise ValueError(f"{dll} is no DLL for a Windows that Python runs on")
    return PLATFORMS[machine]


def metadata(project: dict[str, Any], licenses: list[str]) -> str:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {version()}",
        f"Summary: {project['description']}",
        f"Keywords: {','.join(project['keywords'])}",
        *(f"Classifier: {each}" for each in project["classifiers"]),
        f"License-Expression: {project['license']}",
        *(f"License-File: {each}" for each in licenses),
        f"Requires-Python: {project['requires-python']}",
        "Description-Content-Type: text/markdown",
    ]
    readme: str = (HERE / project["readme"]).read_text(encoding="utf-8")
    return "\n".join(lines) + "\n\n" + readme


def record(files: dict[str, bytes], own: str) -> str:
    def line(path: str, content: bytes) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        return f"{path},sha256={digest},{len(content)}"

    return "\n".join([*(line(*file) for file in files.items()), f"{own},,"]) + "\n"


if __name__ == "__main__":
    folder, texts, *dlls = sys.argv[1:]
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for each in dlls:
        build_wheel(folder, {"dll": each, "licenses": texts})
