"""Examples of messages: the golden samples that a reader of a page wants to see."""

import json
from pathlib import Path
from typing import Any

SHOWN = ("smallest", "fullest")
"""Of the samples; the others are odd on purpose, for machines."""

LONGEST = 4_000
"""Characters of JSON; samples at the limits of their fields are for machines as well."""


def examples_of(directory: Path) -> list[dict[str, Any]]:
    """Return AsyncAPI's examples from a directory of samples, by name; none where there are no samples."""
    paths = [path for name in SHOWN if (path := directory / f"{name}.json").exists()]
    found = [(path.stem, path.read_text("utf-8")) for path in paths]
    return [{"name": name, "payload": json.loads(text)} for name, text in found if len(text) <= LONGEST]
