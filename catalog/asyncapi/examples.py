"""Examples of messages: the golden samples, as far as a reader of a page wants to see them."""

import json
from pathlib import Path
from typing import Any

LONGEST = 4_000
"""Characters of JSON; samples at the limits of their fields are for machines."""


def examples_of(directory: Path) -> list[dict[str, Any]]:
    """Return AsyncAPI's examples from a directory of samples, by name; none where there are no samples."""
    found = [(path.stem, path.read_text("utf-8")) for path in sorted(directory.glob("*.json"))]
    return [{"name": name, "payload": json.loads(text)} for name, text in found if len(text) <= LONGEST]
