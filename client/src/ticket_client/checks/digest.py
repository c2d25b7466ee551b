"""The digest of all imported tickets: one hash that two systems agree on exactly when their tickets are equal."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from pydantic_core import to_json

TIMES = ("created_at", "updated_at", "resolved_at", "closed_at")
FIELDS = (
    "external_id",
    "version",
    "status",
    "waiting_reason",
    "priority",
    "group",
    "assignee",
    "customer_id",
    "channel",
    "subject",
    "message",
    "reopen_count",
    *TIMES,
)
"""What of a ticket goes into its line, in this order (examples/data/README.md)."""


def line(ticket: dict[str, Any]) -> list[Any]:
    """The values of a ticket's line, from a line of the export; times cut to seconds."""
    return [_seconds(ticket[name]) if name in TIMES else ticket[name] for name in FIELDS]


def sorted_lines(tickets: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """The lines of all tickets that have an external id, sorted by it; of equal ones every line stays."""
    lines = [line(one) for one in tickets if one["external_id"] is not None]
    return sorted(lines, key=lambda one: (one[0], to_json(one)))


def ticket_digest(lines: list[list[Any]]) -> str:
    """SHA-256 in hex of the sorted lines."""
    return sha256(b"\n".join(to_json(one) for one in lines)).hexdigest()


def _seconds(time: str | None) -> str | None:
    return None if time is None else time[:19] + "Z"
