"""What lists examine, by MongoDB's own account, among 100,000 tickets.

The tickets are skewed as real ones are: few customers, groups and tags have most of them, old ones are closed, what was
created long ago was mostly updated long ago, and a third share one external id, as those of an import may.
"""

import random
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient

from query_service.adapters.mongo_conditions import order_of
from query_service.adapters.mongo_plans import Planner
from query_service.adapters.mongo_schema import Collections, index_for_ingest, index_for_reads
from query_service.adapters.mongo_writer import MongoWriter
from query_service.domain.buckets import BUCKETS_MAX, covering
from query_service.domain.listing import ListQuery, Place, Sort, TicketFilter
from ticket_contracts.fields import Awaiting, Channel, Priority, Status
from ticket_contracts.views import TicketView

TICKETS = 100_000
BEGIN = datetime(2014, 1, 1, tzinfo=UTC)
DAYS = 730
LIMIT = 20
EXAMINED_MAX = 50

FILLING_LIMIT = 400
"""Seconds; the first test fills the database, which takes 20 s on an idle machine of two cores."""


def skewed(rng: random.Random, count: int) -> int:
    """Return a number below `count`, low ones far more often."""
    return int(count * rng.random() ** 3)


def some_views(a_view: Any) -> Iterator[TicketView]:
    rng = random.Random(4)
    plain = a_view(str(uuid.UUID(int=0))).model_dump() | {"recent": ()}
    for n in range(TICKETS):
        age = rng.random()
        created = BEGIN + timedelta(minutes=int(age * DAYS * 1440))
        group = skewed(rng, 60)
        closed = rng.random() < 0.4 + 0.58 * (1 - age)
        fields = plain | {
            "id": str(uuid.UUID(int=rng.getrandbits(128))),
            "status": Status.CLOSED if closed else rng.choice(list(Status)[:5]),
            "priority": rng.choices(list(Priority), (50, 40, 9, 1))[0],
            "channel": rng.choices(list(Channel), (40, 30, 20, 5, 3, 1, 1))[0],
            "customer_id": f"c{skewed(rng, 5000)}",
            "group": f"g{group}",
            "assignee": f"g{group}-a{skewed(rng, 20)}",
            "external_id": f"INC{n}" if n % 3 else "none",
            "tags": tuple({f"t{skewed(rng, 200)}" for _ in range(rng.randrange(4))}),
            "has_note": rng.random() < 0.1,
            "awaiting": rng.choices(list(Awaiting), (1, 4))[0],
            "created_at": created,
            "updated_at": created + timedelta(minutes=int(rng.expovariate(1 / 14_400))),
        }
        yield TicketView.model_construct(**fields)


@pytest.fixture(scope="module")
def filled_database(mongo_uri: str) -> Iterator[str]:
    """Yield the name of a database with 100,000 tickets."""
    name = f"test_{uuid.uuid4().hex}"
    yield name
    client: MongoClient[dict[str, Any]]
    with MongoClient(mongo_uri) as client:
        client.drop_database(name)


@pytest.fixture
async def tickets(mongo_uri: str, filled_database: str, a_view: Any) -> AsyncIterator[Collections]:
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_uri, tz_aware=True, w="majority", journal=True) as client:
        collections = Collections.of(client[filled_database])
        if await collections.tickets.estimated_document_count() == 0:
            await fill(collections, a_view)
        yield collections


async def fill(collections: Collections, a_view: Any) -> None:
    """Write all tickets, then build the indexes: several times as fast as the other way round."""
    writer, views = MongoWriter(collections), some_views(a_view)
    while chunk := list(islice(views, 2000)):
        await writer.write_views(chunk)
    await index_for_ingest(collections)
    await index_for_reads(collections)


async def executed(collections: Collections, query: ListQuery) -> tuple[set[str], dict[str, Any]]:
    """Return the stages and the statistics of the query that answers a list."""
    plan = await Planner(collections.tickets).plan(query)
    rows = collections.tickets.find(plan.condition).sort(order_of(query.sort)).hint(plan.index)
    explained = await rows.skip(query.skip).limit(query.limit).explain()
    return stages(explained["queryPlanner"]["winningPlan"]), explained["executionStats"]


def stages(plan: Any) -> set[str]:
    """Return the names of all stages of a plan."""
    below = [plan.get("inputStage"), *plan.get("inputStages", [])]
    return {plan["stage"]}.union(*(stages(each) for each in below if each))


def day(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


SINGLE: list[dict[str, Any]] = [
    {},
    {"status": ("open", "waiting")},
    {"priority": ("low", "urgent")},
    {"channel": ("web",)},
    {"tags": ("t1",)},
    {"group": "g1"},
    {"assignee": "g0-a0"},
    {"customer_id": "c1"},
    {"external_id": "INC7"},
    {"has_note": True},
    {"awaiting": "us"},
    {"created_since": day(400)},
    {"created_before": day(400)},
    {"updated_since": day(400)},
    {"updated_before": day(400)},
]

COMBINED: list[dict[str, Any]] = [
    {"customer_id": "c0", "status": ("open",)},
    {"customer_id": "c0", "status": ("open", "waiting"), "priority": ("urgent",)},
    {"customer_id": "c700", "has_note": True},
    {"customer_id": "c0", "group": "g20"},
    {"customer_id": "c1", "tags": ("t9",)},
    {"external_id": "INC500", "status": ("closed",)},
    {"external_id": "INC500", "tags": ("t1",), "group": "g1"},
    {"external_id": "none", "customer_id": "c700"},
    {"external_id": "none", "tags": ("t150",)},
    {"external_id": "none", "group": "g50", "status": ("waiting",)},
    {"external_id": "none", "status": ("closed",), "created_since": day(100), "created_before": day(102)},
    {"status": ("closed",), "priority": ("urgent",)},
    {"status": ("open",), "priority": ("urgent",), "channel": ("ivr",)},
    {"status": ("open", "triaged"), "has_note": True},
    {"priority": ("normal",), "channel": ("direct",), "has_note": True},
    {"tags": ("t0",), "priority": ("urgent",)},
    {"tags": ("t0", "t1")},
    {"tags": ("t0", "t150")},
    {"tags": ("t0", "t1", "t2")},
    {"tags": ("t150",), "status": ("resolved",), "has_note": False},
    {"group": "g0", "has_note": True},
    {"group": "g0", "awaiting": "us"},
    {"status": ("open",), "awaiting": "us"},
    {"group": "g0", "status": ("closed",)},
    {"group": "g50", "status": ("waiting",), "priority": ("urgent",)},
    {"group": "g0", "assignee": "g0-a19"},
    {"group": "g1", "tags": ("t3",)},
    {"assignee": "g0-a0", "tags": ("t100",)},
    {"assignee": "g0-a0", "channel": ("ivr", "direct")},
    {"status": ("open",), "created_before": day(300)},
    {"status": ("closed",), "created_before": day(300)},
    {"status": ("open",), "created_since": day(300)},
    {"priority": ("urgent",), "created_since": day(10)},
    {"priority": ("urgent",), "created_before": day(720)},
    {"customer_id": "c0", "created_since": day(100), "created_before": day(110)},
    {"group": "g0", "created_since": day(100), "created_before": day(101)},
    {"group": "g0", "updated_since": day(100), "updated_before": day(105)},
    {"group": "g0", "status": ("closed",), "created_since": day(100), "created_before": day(400)},
    {"created_since": day(100), "created_before": day(101)},
    {"created_since": day(100), "created_before": day(145)},
    {"tags": ("t0",), "updated_since": day(729)},
    {"has_note": True, "updated_since": day(300), "updated_before": day(301)},
    {"updated_since": day(200), "updated_before": day(400)},
    {"updated_since": day(400), "updated_before": day(401)},
    {"status": ("closed",), "updated_since": day(500)},
    {"status": ("closed",), "updated_before": day(500)},
    {"created_since": day(350), "updated_before": day(380)},
    {"priority": ("low", "normal"), "updated_since": day(200), "updated_before": day(400)},
]


@pytest.mark.stack
@pytest.mark.timeout(FILLING_LIMIT)
async def test_no_single_filter_in_any_order_needs_a_scan_or_a_sort(tickets: Collections) -> None:
    for fields in SINGLE:
        for sort in Sort:
            for after in (None, Place(day(390), str(uuid.UUID(int=5)))):
                query = ListQuery(TicketFilter(**fields), sort, limit=LIMIT, after=after)
                seen, _ = await executed(tickets, query)
                assert not seen & {"COLLSCAN", "SORT"}, (fields, sort, seen)


@pytest.mark.stack
@pytest.mark.timeout(FILLING_LIMIT)
@pytest.mark.parametrize("fields", [*SINGLE, *COMBINED], ids=str)
async def test_little_more_is_examined_than_is_returned(tickets: Collections, fields: dict[str, Any]) -> None:
    for sort in Sort:
        for limit in (LIMIT, 100):
            seen, stats = await executed(tickets, ListQuery(TicketFilter(**fields), sort, limit=limit))
            examined = max(stats["totalKeysExamined"], stats["totalDocsExamined"])
            assert "COLLSCAN" not in seen
            assert examined <= EXAMINED_MAX * max(1, stats["nReturned"]), (sort, limit, stats["nReturned"], examined)


@pytest.mark.stack
@pytest.mark.timeout(FILLING_LIMIT)
async def test_all_tickets_are_there(tickets: Collections) -> None:
    assert await tickets.tickets.count_documents({}) == TICKETS


@pytest.mark.stack
async def test_the_list_has_at_most_twelve_indexes(collections: Collections) -> None:
    assert len(await collections.tickets.index_information()) <= 12


def test_buckets_cover_a_range_with_whole_months_where_they_fit() -> None:
    first = datetime(2015, 12, 30, 23, tzinfo=UTC)
    assert covering(first, datetime(2016, 3, 2, tzinfo=UTC)) == [
        "2015-12-30",
        "2015-12-31",
        "2016-01",
        "2016-02",
        "2016-03-01",
        "2016-03-02",
    ]
    assert covering(datetime(9999, 12, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)) == ["9999-12"]


def test_a_range_that_takes_too_many_buckets_has_none() -> None:
    assert covering(datetime(2000, 1, 1, tzinfo=UTC), datetime(2000 + BUCKETS_MAX, 1, 1, tzinfo=UTC)) == []
