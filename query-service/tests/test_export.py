"""What an export looks at, by MongoDB's own account: a bounded part of all tickets with each query."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.adapters import mongo_tickets
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_tickets import MongoTickets
from query_service.adapters.mongo_writer import MongoWriter
from ticket_contracts.views import ErasedTicket

pytestmark = pytest.mark.stack

NOW = datetime(2016, 3, 1, tzinfo=UTC)
TICKETS = 95
CHUNK, PIECE = 3, 10


def id_of(number: int) -> str:
    return str(uuid.UUID(int=number))


async def exported(collections: Collections, since: datetime | None) -> list[str]:
    chunks = [chunk async for chunk in MongoTickets(collections).export(since)]
    assert all(0 < len(chunk) <= CHUNK for chunk in chunks)
    return [json.loads(document)["id"] for chunk in chunks for document in chunk]


@pytest.mark.parametrize(
    "updated", [range(0), range(10), range(7, 11), range(19, 20), range(40, 95, 7), range(95)], ids=str
)
async def test_no_query_looks_at_more_than_a_piece(
    collections: Collections, a_view: Any, updated: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_tickets, "EXPORT_CHUNK", CHUNK)
    monkeypatch.setattr(mongo_tickets, "EXPORT_PIECE", PIECE)
    later = NOW + timedelta(days=1)
    await MongoWriter(collections).write_views(
        [a_view(id_of(n), updated_at=later if n in updated else NOW) for n in range(TICKETS)]
    )
    erased = [ErasedTicket(id=id_of(n), version=2, partition=0, offset=9, erased_at=NOW) for n in range(50, 75)]
    await MongoWriter(collections).write_views(erased)
    left = [n for n in range(TICKETS) if n not in range(50, 75)]
    database = collections.tickets.database
    await database.command("profile", 2)
    try:
        assert await exported(collections, later) == [id_of(n) for n in left if n in updated]
        assert await exported(collections, None) == [id_of(n) for n in left]
    finally:
        await database.command("profile", 0)
    rows = await database["system.profile"].find({"ns": collections.tickets.full_name}).to_list()
    assert rows
    assert all(row["keysExamined"] <= PIECE + 1 for row in rows), [row["keysExamined"] for row in rows]
