"""The same tickets into the baseline's collection of tickets, as if it had projected them."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from tests.load.baseline.store import Store, connect
from tests.load.growth.grow import Grown

_AT_ONCE = 5_000
_NOT_THERE = {"id", "kind", "awaiting", "first_resolved_at", "partition", "offset", "event_id", "stale"}


async def fill_baseline(mongo_uri: str, database: str, tickets: Iterable[Grown]) -> None:
    """Insert the tickets into an empty database, then make the baseline's indexes."""
    db = connect(mongo_uri, database)
    async with db.client:
        store, rest = Store(db), iter(tickets)
        while chunk := [document(ticket) for ticket in islice(rest, _AT_ONCE)]:
            await store.tickets.insert_many(chunk, ordered=False)
        await store.prepare()


def document(ticket: Grown) -> dict[str, Any]:
    """Return the baseline's document of a ticket."""
    view = ticket.view
    shown = {name: value for name, value in view.__dict__.items() if name not in _NOT_THERE}
    return {"_id": view.id} | shown | {"recent": [entry.__dict__ for entry in view.recent], "tags": list(view.tags)}
