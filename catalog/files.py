"""Files that are made from the code and committed: written, or compared with what the code says now."""

from collections.abc import Mapping
from pathlib import Path


def write(files: Mapping[Path, str]) -> None:
    """Write each file with its content, directories included."""
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def stale(files: Mapping[Path, str]) -> list[Path]:
    """Return those whose content on disk is another, or that are missing."""
    return [path for path, content in files.items() if not path.exists() or path.read_text("utf-8") != content]
