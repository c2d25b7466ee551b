"""A reader pages through 20,000 tickets while writers change a tenth of them: whoever stood still is seen once."""

import asyncio
import random
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.adapters.mongo_schema import Collections, index_for_ingest, index_for_reads
from query_service.adapters.mongo_writer import MongoWriter
from ticket_contracts.views import TicketView

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

TICKETS = 20_000
CHANGED = TICKETS // 10
WRITERS = 4
AT_ONCE = 25
BEGIN = datetime(2016, 1, 1, tzinfo=UTC)
GROUPS = ("g0", "g1")


def some_views(a_view: Any) -> list[TicketView]:
    """Return tickets of which many share a time, in whole minutes as a real log has them."""
    rng = random.Random(8)
    plain = a_view(str(uuid.UUID(int=0))).model_dump() | {"recent": ()}

    def one() -> TicketView:
        time = BEGIN + timedelta(minutes=rng.randrange(TICKETS // 10))
        return TicketView.model_construct(
            **plain
            | {"id": str(uuid.UUID(int=rng.getrandbits(128))), "created_at": time, "updated_at": time}
            | {"group": rng.choice(GROUPS)}
        )

    return [one() for _ in range(TICKETS)]


async def change(writer: MongoWriter, views: list[TicketView], rng: random.Random) -> None:
    """Move the tickets to any place of the order, and insert as many new ones, bit by bit."""
    for start in range(0, len(views), AT_ONCE):
        written: list[TicketView] = []
        for view in views[start : start + AT_ONCE]:
            time = BEGIN + timedelta(minutes=rng.randrange(TICKETS // 10))
            written.append(view.model_copy(update={"version": 2, "offset": 2, "updated_at": time}))
            written.append(view.model_copy(update={"id": str(uuid.UUID(int=rng.getrandbits(128))), "updated_at": time}))
        await writer.write_views(written)


async def read_through(client: Any, query: str, begun: asyncio.Event) -> Counter[str]:
    """Follow the links to the end; return how often each ticket was seen. `begun` is set after the first page."""
    seen: Counter[str] = Counter()
    target = f"/tickets?limit=100&{query}"
    while target:
        response = await client.get(target)
        seen.update(ticket["id"] for ticket in response.json())
        begun.set()
        target = response.links.get("next", {}).get("url")
    return seen


@pytest.mark.parametrize("query", ["sort=-updated_at", "sort=updated_at&group=g0"])
async def test_what_does_not_change_is_seen_exactly_once(
    mongo_client: Any, collections: Collections, a_view: Any, query: str
) -> None:
    writer, views = MongoWriter(collections), some_views(a_view)
    await collections.tickets.drop_indexes()  # filled first and indexed then: several times as fast
    for start in range(0, TICKETS, 1000):
        await writer.write_views(views[start : start + 1000])
    await index_for_ingest(collections)
    await index_for_reads(collections)
    changing, still = views[:CHANGED], views[CHANGED:]

    begun = asyncio.Event()
    reading = asyncio.create_task(read_through(mongo_client, query, begun))
    await begun.wait()
    parts = [changing[n::WRITERS] for n in range(WRITERS)]
    await asyncio.gather(*(change(writer, part, random.Random(n)) for n, part in enumerate(parts)))
    seen = await reading

    expected = {view.id for view in still if "group" not in query or view.group == "g0"}
    assert {ticket_id: seen[ticket_id] for ticket_id in expected if seen[ticket_id] != 1} == {}
