"""What one row of the log wants, in the words of the command service."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from ticket_client.incidents.stamps import utc

COLUMNS = (
    "number",
    "incident_state",
    "caller_id",
    "opened_at",
    "sys_updated_at",
    "contact_type",
    "category",
    "subcategory",
    "u_symptom",
    "priority",
    "assignment_group",
    "assigned_to",
)
"""The columns that are read, in the order in which the cells of a row are passed around here."""

CHANNELS = {
    "Phone": "phone",
    "Email": "email",
    "Self service": "self_service",
    "Direct opening": "direct",
    "IVR": "ivr",
}
PRIORITIES = {"1": "urgent", "2": "high", "3": "normal", "4": "low"}
STATES: dict[str, tuple[str, str | None]] = {
    "New": ("open", None),
    "Active": ("in_progress", None),
    "Awaiting User Info": ("waiting", "user_info"),
    "Awaiting Problem": ("waiting", "problem"),
    "Awaiting Vendor": ("waiting", "vendor"),
    "Awaiting Evidence": ("waiting", "evidence"),
    "Resolved": ("resolved", None),
    "Closed": ("closed", None),
}


class Row(NamedTuple):
    """The ticket as it stood after one update."""

    position: int
    """Among all rows of its number in the file, from 1. Rows that `--until` leaves out count: keys are made of it."""
    at: str
    priority: str
    group: str | None
    assignee: str | None
    state: tuple[str, str | None] | None
    """(status, waiting reason); None for a state that the importer does not know."""


def present(cell: str) -> str | None:
    """The cell, or None where the log has no value."""
    return None if cell in ("?", "") else cell


def read_row(position: int, cells: Sequence[str]) -> Row:
    """One row from its cells in COLUMNS' order; ValueError naming what cannot be read."""
    return Row(
        position,
        utc(cells[4]),
        _known(PRIORITIES, cells[9], "priority"),
        present(cells[10]),
        present(cells[11]),
        STATES.get(cells[1]),
    )


def creation(cells: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """When the ticket was opened and the data of its CreateTicket, from its first row; ValueError as above."""
    symptom = present(cells[8])
    return utc(cells[3]), {
        "external_id": cells[0],
        "customer_id": present(cells[2]) or "unknown",
        "channel": _known(CHANNELS, cells[5], "contact_type"),
        "priority": _known(PRIORITIES, cells[9], "priority"),
        "subject": subject(present(cells[6]), present(cells[7])),
        "message": f"Symptom {symptom}" if symptom else "No symptom recorded",
    }


def subject(category: str | None, subcategory: str | None) -> str:
    """The subject line; a missing half goes with its slash."""
    halves = [f"Category {category}"] if category else []
    halves += [f"Subcategory {subcategory}"] if subcategory else []
    return " / ".join(halves) or "Uncategorised"


def _known(words: dict[str, str], cell: str, column: str) -> str:
    if cell not in words:
        raise ValueError(f"{column} is {cell!r}, not one of {', '.join(words)}")
    return words[cell]
