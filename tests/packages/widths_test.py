"""widths_test.py PACKAGES: the DLLs in the packages that carry some, by the processor that each is for."""

import pathlib
import struct
import sys
import tarfile
import zipfile

X64, X86 = 0x8664, 0x14C  # IMAGE_FILE_MACHINE_…
packages = pathlib.Path(sys.argv[1])


def machine_of(dll: bytes) -> int:
    (header,) = struct.unpack_from("<I", dll, 0x3C)
    return struct.unpack_from("<H", dll, header + 4)[0]


def dlls_of(package: pathlib.Path) -> dict[str, int]:
    if package.is_dir():
        files = {path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("shmclient.dll")}
    elif package.suffix == ".tgz":
        with tarfile.open(package) as archive:
            files = {name: archive.extractfile(name).read() for name in archive.getnames() if name.endswith("shmclient.dll")}
    else:
        with zipfile.ZipFile(package) as archive:
            files = {name: archive.read(name) for name in archive.namelist() if name.endswith("shmclient.dll")}
    return {name: machine_of(dll) for name, dll in files.items()}


runtimes = {"runtimes/win-x64/native/shmclient.dll": X64, "runtimes/win-x86/native/shmclient.dll": X86}
expected = {
    "nuget/*.nupkg": runtimes,
    "powershell/ShmBroker": runtimes,
    "npm/*.tgz": {"package/shmbroker/x64/shmclient.dll": X64, "package/shmbroker/ia32/shmclient.dll": X86},
    "python/*-win_amd64.whl": {"shmbroker/shmclient.dll": X64},
    "python/*-win32.whl": {"shmbroker/shmclient.dll": X86},
}
checked = wrong = 0
for pattern, dlls in expected.items():
    if not (packages / pattern).parent.exists():
        continue  # this machine lacks its tools
    (package,) = packages.glob(pattern)
    checked += 1
    if dlls_of(package) != dlls:
        wrong += 1
        print(f"{package} has {dlls_of(package)}, and is to have {dlls}")
assert checked, f"no package in {packages}"
print(f"{checked - wrong} passed, {wrong} failed")
sys.exit(wrong != 0)
