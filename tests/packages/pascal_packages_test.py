"""The packages for Lazarus and Delphi, which are not run here, name every unit, and the version of the header.

usage: pascal_packages_test.py FOLDER VERSION
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def main(folder: pathlib.Path, version: str) -> list[str]:
    units = {file.stem for file in folder.glob("*.pas")}
    wrong = []

    package = xml.parse(folder / "ShmBrokerPackage.lpk").getroot().find("Package")
    files = {item.find("Filename").get("Value"): item.find("UnitName").get("Value") for item in package.find("Files")}
    registered = {item.find("UnitName").get("Value") for item in package.find("Files") if item.find("HasRegisterProc") is not None}
    registering = {file.stem for file in folder.glob("*.pas") if "\nprocedure Register;" in file.read_text(encoding="utf-8")}
    if registered != registering or not registering:
        wrong.append(f"the .lpk has {registered} register components, and {registering} do")
    if files != {f"{unit}.pas": unit for unit in units}:
        wrong.append(f"the .lpk has {files}, and the folder {units}")
    numbers = package.find("Version")
    found = ".".join(numbers.get(part, "0") for part in ("Major", "Minor", "Release"))
    if found != version:
        wrong.append(f"the .lpk has version {found}, and the header {version}")
    name = package.find("Name").get("Value")
    if name.lower() in {unit.lower() for unit in units}:
        wrong.append(f"the .lpk is called {name}, as a unit is: Lazarus makes a unit of that name")

    text = (folder / "ShmBrokerPackage.dpk").read_text(encoding="utf-8")
    contained = dict(re.findall(r"(\w+) in '(\w+\.pas)'", text))
    if contained != {unit: f"{unit}.pas" for unit in units}:
        wrong.append(f"the .dpk has {contained}, and the folder {units}")

    boss = json.loads((folder.parents[1] / "boss.json").read_text(encoding="utf-8"))
    if folder.parents[1] / boss["mainsrc"] != folder or boss["version"] != version:
        wrong.append(f"boss.json has version {boss['version']} and {boss['mainsrc']}")
    return wrong


if __name__ == "__main__":
    mistakes = main(pathlib.Path(sys.argv[1]), sys.argv[2])
    print("\n".join(mistakes))
    sys.exit(1 if mistakes else 0)
