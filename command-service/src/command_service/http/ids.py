"""Ticket ids as clients write them."""

import re

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def canonical_id(text: str) -> str | None:
    """Return the UUID in lower case, None if it is none."""
    text = text.lower()
    return text if _UUID.fullmatch(text) else None
