"""What is newer stands, also where something older was inserted while it was being written for the first time."""

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from pymongo.errors import OperationFailure

from query_service.adapters.mongo_counters import MongoCounters
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_tickets import MongoTickets
from query_service.adapters.mongo_writer import MongoWriter
from tests.support.overtaken import OvertakenUpserts

pytestmark = pytest.mark.stack

TICKET, OTHER = (f"0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b{n}" for n in (3, 4))
PARTITION = 3
DOCUMENT_REFUSED = 121


def overtaken(collections: Collections, name: str, meanwhile: Callable[[], Awaitable[None]]) -> MongoWriter:
    """Return the writer of a process that another one overtakes in its first write to a collection."""
    slow = cast("Any", OvertakenUpserts(getattr(collections, name), meanwhile))
    return MongoWriter(replace(collections, **{name: slow}))


@pytest.mark.parametrize(("before", "now"), [(5, 6), (6, 6), (7, 6)], ids=["older", "the same", "newer"])
async def test_the_newest_view_stands_whichever_is_inserted_first(
    collections: Collections, a_view: Any, before: int, now: int
) -> None:
    async def thaw() -> None:
        await MongoWriter(collections).write_views([a_view(TICKET, before)])

    await overtaken(collections, "tickets", thaw).write_views([a_view(OTHER, 1), a_view(TICKET, now)])
    states = await MongoTickets(collections).states([TICKET, OTHER])
    assert {ticket: state.version for ticket, state in states.items()} == {TICKET: max(before, now), OTHER: 1}


async def test_a_refused_write_is_told_without_what_was_to_be_written(collections: Collections, a_view: Any) -> None:
    writer, database = MongoWriter(collections), collections.tickets.database
    await database.command("collMod", collections.tickets.name, validator={"never": True})
    for write in (writer.write_views, writer.add_views):
        with pytest.raises(OperationFailure) as refusal:
            await write([a_view(TICKET)])
        assert TICKET not in "".join(traceback.format_exception(refusal.value))
        assert refusal.value.code == DOCUMENT_REFUSED


async def test_the_newest_counters_stand_whichever_are_inserted_first(collections: Collections, a_count: Any) -> None:
    async def thaw() -> None:
        await MongoWriter(collections).write_counters([a_count(PARTITION, 5)])

    await overtaken(collections, "counters", thaw).write_counters([a_count(PARTITION, 6, total=1)])
    assert [each.offset for each in await MongoCounters(collections).records([PARTITION])] == [6]
