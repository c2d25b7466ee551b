"""What the bench remembers of each ticket it has put there: enough to ask for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tests.load.growth.grow import Grown


class Known(NamedTuple):
    """One ticket."""

    id: str
    version: int
    status: str
    customer_id: str
    group: str | None
    assignee: str | None
    updated_at: datetime
    subject: str
    message: str


def noting(tickets: Iterable[Grown], into: list[Known]) -> Iterable[Grown]:
    """Yield the tickets; note each in `into`."""
    for ticket in tickets:
        v = ticket.view
        known = (v.id, v.version, str(v.status), v.customer_id, v.group, v.assignee, v.updated_at, v.subject, v.message)
        into.append(Known(*known))
        yield ticket
