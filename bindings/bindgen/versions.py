"""The version that each package gives itself: SHM_VERSION of the header, as the DLL and the installer have it."""

import re

from header import ROOT

# Where a file has its version: what stands before and behind it.
MANIFESTS = {
    "bindings/csharp/ShmBroker.csproj": (r"<Version>", r"</Version>"),
    "bindings/powershell/ShmBroker.PowerShell.csproj": (r"<Version>", r"</Version>"),
    "bindings/powershell/ShmBroker.psd1": (r"ModuleVersion = '", r"'"),
    "bindings/javascript/package.json": (r'^  "version": "', r'"'),
    "bindings/python/shmbroker/version.py": (r'^__version__ = "', r'"'),
    "bindings/rust/Cargo.toml": (r'^version = "', r'"'),
    "packages/conan/conanfile.py": (r'^    version = "', r'"'),
    "packages/vcpkg/shmbroker/vcpkg.json": (r'^  "version": "', r'"'),
    "boss.json": (r'^  "version": "', r'"'),
    "samples/rust/Cargo.toml": (r'^version = "', r'"'),
    "vcpkg.json": (r'^  "version": "', r'"'),
}


def version_of(api) -> str:
    packed = next(constant.value for constant in api.constants if constant.name == "SHM_VERSION")
    return f"{packed >> 16}.{packed & 0xFFFF}.0"


def generate(api) -> dict:
    version = version_of(api)
    return {name: with_version(name, before, behind, version) for name, (before, behind) in MANIFESTS.items()}


def with_version(name: str, before: str, behind: str, version: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8")
    changed, count = re.subn(f"({before})[^\"'<]*({behind})", rf"\g<1>{version}\g<2>", text, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"{name} has its version {count} times, and not once")
    return changed
