"""What has been counted is not counted again for a minute, unless a time is in it."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from query_service.adapters import mongo_sizes
from query_service.adapters.mongo_plans import Planner
from query_service.adapters.mongo_schema import Collections, index_for_reads, list_index
from query_service.adapters.mongo_sizes import Sizes
from query_service.adapters.mongo_tickets import MongoTickets
from query_service.adapters.mongo_writer import MongoWriter
from query_service.domain.listing import ListQuery, Sort, TicketFilter
from tests.support.database_calls import Calls
from ticket_contracts.fields import Status

pytestmark = pytest.mark.stack

INDEX = list_index(Sort.UPDATED)
OPEN = {"facets": {"$in": ["status=open"]}}
COMBINED = TicketFilter(group="g", status=(Status.OPEN,))


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
async def collections(mongo_uri: str, mongo_database: str, calls: Calls) -> AsyncIterator[Collections]:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_uri, tz_aware=True, event_listeners=[calls]) as client:
        collections = Collections.of(client[mongo_database])
        await index_for_reads(collections)
        yield collections


async def write(collections: Collections, a_view: Any, count: int) -> None:
    await MongoWriter(collections).write_views([a_view(str(uuid.uuid4()), group="g") for _ in range(count)])


async def test_a_count_holds_for_a_minute(
    collections: Collections, a_view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(mongo_sizes, "monotonic", lambda: now)
    sizes = Sizes(collections.tickets)
    await write(collections, a_view, 2)
    assert await sizes.about(INDEX, OPEN, 10) == 2
    await write(collections, a_view, 3)
    now += mongo_sizes.SECONDS - 1
    assert [await sizes.about(INDEX, OPEN, limit) for limit in (10, 4)] == [2, 4]
    assert await sizes.now(INDEX, OPEN, 10) == 5
    now += 1
    assert await sizes.about(INDEX, OPEN, 10) == 5


async def test_so_few_are_kept_that_memory_has_room(
    collections: Collections, a_view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_sizes, "KEPT", 3)
    sizes = Sizes(collections.tickets)
    for number in range(10):
        await sizes.about(INDEX, {"facets": {"$in": [f"group={number}"]}}, 10)
        assert len(sizes._kept) <= 3


async def test_lists_of_the_same_filters_are_counted_once(collections: Collections, a_view: Any, calls: Calls) -> None:
    await write(collections, a_view, 5)
    planner = Planner(collections.tickets)
    plans = [await planner.plan(ListQuery(COMBINED, sort)) for sort in (Sort.UPDATED, Sort.CREATED, Sort.UPDATED)]
    assert calls.names.count("aggregate") == 1
    assert {plan.index for plan in plans} == {"pairs"}


async def test_what_a_count_does_not_know_of_yet_is_found(collections: Collections, a_view: Any) -> None:
    tickets, query = MongoTickets(collections), ListQuery(COMBINED, limit=10)
    assert not await tickets.page(query)
    await write(collections, a_view, 7)
    assert len(await tickets.page(query)) == 7
