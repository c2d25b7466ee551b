"""`python -m catalog [asyncapi] [--check]`: print and write the catalogue, or the AsyncAPI documents."""

import argparse
import sys
from pathlib import Path

from catalog.files import stale, write
from catalog.page import page
from catalog.traffic import ROOT, traffic

PAGE = ROOT / "docs" / "catalog.md"


def main() -> None:
    """Write the files, or say with --check which of them differ from the code; then end with 1."""
    parser = argparse.ArgumentParser(prog="python -m catalog", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("page",), default="page")
    parser.add_argument("--check", action="store_true", help="write nothing, end with 1 where a file is out of date")
    arguments = parser.parse_args()
    files, command = {PAGE: page(traffic())}, "make catalog"
    if arguments.check:
        sys.exit(_complaint(stale(files), command))
    write(files)
    print(files[PAGE])


def _complaint(paths: list[Path], command: str) -> str | None:
    if not paths:
        return None
    names = ", ".join(str(path.relative_to(ROOT)) for path in paths)
    return f"{names}: not what the code says; run: {command}"


if __name__ == "__main__":
    main()
