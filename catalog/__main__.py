"""`python -m catalog [asyncapi|html] [--check]`: writes the catalogue, the AsyncAPI documents or the HTML pages."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from catalog.asyncapi import document
from catalog.asyncapi.document import documents
from catalog.files import stale, write
from catalog.html import pages
from catalog.node import missing
from catalog.page import COMMAND, page
from catalog.traffic import ROOT, traffic

PAGE = ROOT / "docs" / "catalog.md"


def main() -> None:
    """Write the files, or say with --check which of them differ from the code; then end with 1."""
    parser = argparse.ArgumentParser(prog="python -m catalog", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("page", "asyncapi", "html"), default="page")
    parser.add_argument("--check", action="store_true", help="write nothing, end with 1 where a file is out of date")
    arguments = parser.parse_args()
    if arguments.what == "html" and (lack := missing()) is not None:
        sys.exit(lack)
    files, command = made(arguments.what)
    if arguments.check:
        sys.exit(_complaint(stale(files), command))
    write(files)
    print(files.get(PAGE) or "\n".join(f"written: {path.relative_to(ROOT)}" for path in files))


def made(what: str) -> tuple[Mapping[Path, str], str]:
    """Return the files of `page`, `asyncapi` or `html` with their content, and the command that writes them."""
    if what == "html":
        return pages(), "make docs"
    if what == "asyncapi":
        return documents(traffic()), document.COMMAND
    return {PAGE: page(traffic())}, COMMAND


def _complaint(paths: list[Path], command: str) -> str | None:
    if not paths:
        return None
    names = ", ".join(str(path.relative_to(ROOT)) for path in paths)
    return f"{names}: not what the code says; run: {command}"


if __name__ == "__main__":
    main()
