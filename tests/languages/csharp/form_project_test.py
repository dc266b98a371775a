"""The project of the Windows Forms sample is built here by another file: both must have the same sources and results."""

import pathlib
import unittest
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parents[2] / "samples" / "csharp" / "Forms" / "ReceiverForm.csproj"
BUILT = HERE / "Forms" / "Forms.csproj"

# How the two get at Windows Forms.
DESKTOP = {"UseWindowsForms", "TargetFramework", "EnableWindowsTargeting", "EnableDefaultCompileItems", "MSBuildWarningsAsMessages"}


def settings(project: pathlib.Path) -> dict:
    groups = xml.parse(project).getroot().findall("PropertyGroup")
    return {item.tag: item.text for group in groups for item in group if item.tag not in DESKTOP}


def references(project: pathlib.Path) -> set:
    found = xml.parse(project).getroot().iter("ProjectReference")
    return {(project.parent / item.get("Include")).resolve() for item in found}


def sources(project: pathlib.Path) -> set:
    patterns = [item.get("Include") for item in xml.parse(project).getroot().iter("Compile")]
    folders = [(project.parent / pattern).resolve().parent for pattern in patterns] or [project.parent]
    return {file for folder in folders for file in folder.glob("*.cs")}


class FormProjectTest(unittest.TestCase):
    def test_both_projects_are_alike(self):
        self.assertEqual(settings(SAMPLE), settings(BUILT))
        self.assertEqual(references(SAMPLE), references(BUILT))
        self.assertEqual(sources(SAMPLE), sources(BUILT))
        self.assertTrue(sources(BUILT))


if __name__ == "__main__":
    unittest.main()
