"""Logs made up for tests: cells in the order of rows.COLUMNS."""

from typing import Any

from ticket_client.incidents.log import Log, collect
from ticket_client.incidents.rows import COLUMNS

FIRST = {
    "number": "0000001",
    "incident_state": "New",
    "caller_id": "2403",
    "opened_at": "29/2/2016 01:16",
    "sys_updated_at": "29/2/2016 01:23",
    "contact_type": "Phone",
    "category": "55",
    "subcategory": "170",
    "u_symptom": "72",
    "priority": "3",
    "assignment_group": "56",
    "assigned_to": "?",
}


def cells(**changed: str) -> list[str]:
    """One row, as the first of an incident unless told otherwise."""
    return [(FIRST | changed)[column] for column in COLUMNS]


def log_of(*rows: list[str], until: str | None = None) -> Log:
    """The log that holds these rows."""
    return collect(enumerate(rows, 2), until)


def csv_of(*rows: list[str]) -> str:
    """The same as a file, with a column that nobody reads in front."""
    return "\n".join(",".join(["x", *row]) for row in [list(COLUMNS), *rows]) + "\n"


def states(*names: str, **changed: Any) -> list[list[str]]:
    """Rows of one incident that differ in their state only, a minute apart."""
    return [
        cells(incident_state=name, sys_updated_at=f"29/2/2016 02:{minute:02}", **changed)
        for minute, name in enumerate(names)
    ]
