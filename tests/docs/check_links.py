"""Checks that every relative link in the pages (*.md) below a folder leads to a file or folder, and to a heading if it
names one.

    python3 check_links.py FOLDER
"""

import os
import pathlib
import re
import sys
import urllib.parse

NOT_OURS = {".git", "build", "node_modules", "target", "bin", "obj"}
# [text](target "title") and ![text](target), also of a picture within a link; [name]: target
LINKS = re.compile(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)|^ {0,3}\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
CODE = re.compile(r"^ {0,3}(```|~~~).*?^ {0,3}\1|`[^`\n]*`|^(?: {4}|\t).*?$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ +(.*?) *#* *$", re.MULTILINE)


def pages(folder: pathlib.Path) -> list[pathlib.Path]:
    found = []
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        found += [pathlib.Path(path, name) for name in files if name.endswith(".md")]
    return sorted(found)


def anchors(page: pathlib.Path) -> set[str]:
    """As GitHub makes them: lower case, spaces as hyphens, without punctuation."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in plain}


def fault(page: pathlib.Path, link: str, top: pathlib.Path) -> str:
    """Why a link leads nowhere; empty if it does not."""
    if re.match(r"[a-z][a-z0-9+.-]*:", link, re.IGNORECASE):
        return ""
    path, _, anchor = link.partition("#")
    target = (page.parent / urllib.parse.unquote(path)).resolve() if path else page
    if not target.is_relative_to(top):
        return "leads out of the folder"
    if not target.exists():
        return "there is no such file"
    if anchor and target.suffix == ".md" and anchor not in anchors(target):
        return "the page has no such heading"
    return ""


def main() -> int:
    top = pathlib.Path(sys.argv[1]).resolve()
    links = faults = 0
    for page in pages(top):
        for match in LINKS.finditer(CODE.sub("", page.read_text(encoding="utf-8"))):
            link = match[1] or match[2]
            links += 1
            if reason := fault(page, link, top):
                print(f"{page.relative_to(top)}: {link}: {reason}", file=sys.stderr)
                faults += 1
    if links == 0:
        print(f"found no link below {top}: this script does not understand its input", file=sys.stderr)
        return 1
    print(f"{links} links, {faults} lead nowhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
