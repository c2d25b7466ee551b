"""The committed schema files: written from the models, and compared with them."""

from collections.abc import Iterator
from pathlib import Path

from gate import layout
from gate.generation import schema_files
from ticket_contracts.upcasters import UPCASTERS

REGENERATE = "run: make schemas"


def write_schemas(root: Path = layout.ROOT) -> list[str]:
    """Write every generated file that is missing or differs, and return their paths. No other file is touched."""
    written = []
    for path, text in schema_files().items():
        file = root / path
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            written.append(path)
    return written


def drift(root: Path = layout.ROOT) -> list[str]:
    """Return a sentence for each file that is not what the models say, with the command that mends it."""
    return [*_changed(root), *_without_reader(root), *_without_schema(root)]


def _changed(root: Path) -> Iterator[str]:
    for path, text in schema_files().items():
        if not (root / path).exists():
            yield f"{path} is missing; {REGENERATE}"
        elif (root / path).read_text() != text:
            yield f"{path} is not what the models say; {REGENERATE}"


def _without_reader(root: Path) -> Iterator[str]:
    # A version without a model is history: its schema stays for as long as the log, and an upcaster reads it.
    known = {*schema_files(), *map(layout.event_path, UPCASTERS)}
    for file in sorted((root / layout.SCHEMAS).rglob("*.json")):
        path = file.relative_to(root).as_posix()
        if path not in known:
            yield f"{path} has neither a model nor an upcaster that reads it; bring one back, or take the file away"


def _without_schema(root: Path) -> Iterator[str]:
    for event_type in UPCASTERS:
        path = layout.event_path(event_type)
        if not (root / path).exists():
            yield f"{path} is missing; an upcaster reads that version: take the file from the history of the repository"
