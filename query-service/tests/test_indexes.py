"""Every single filter in every order runs along an index: no scan of the collection, no sort in memory."""

import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.adapters.mongo_schema import Collections, list_index
from query_service.adapters.mongo_tickets import condition_of, order_of
from query_service.adapters.mongo_writer import MongoWriter
from query_service.domain.listing import ListQuery, Place, Sort, TicketFilter

pytestmark = pytest.mark.stack

NOW = datetime(2016, 3, 1, tzinfo=UTC)
FILTERS: list[dict[str, Any]] = [
    {},
    {"status": ("open", "waiting")},
    {"priority": ("low", "urgent")},
    {"channel": ("web",)},
    {"tags": ("a", "b")},
    {"group": "g1"},
    {"assignee": "a1"},
    {"customer_id": "c1"},
    {"external_id": "e1"},
    {"has_note": True},
    {"created_since": NOW},
    {"updated_before": NOW},
]


def stages(plan: Any) -> set[str]:
    """Return the names of all stages of a plan."""
    below = [plan.get("inputStage"), *plan.get("inputStages", [])]
    return {plan["stage"]}.union(*(stages(each) for each in below if each))


async def test_no_filter_needs_a_scan_or_a_sort(collections: Collections, a_view: Any) -> None:
    rng = random.Random(2)
    await MongoWriter(collections).write_views(
        [
            a_view(
                str(uuid.UUID(int=rng.getrandbits(128))),
                status=rng.choice(["open", "waiting", "closed"]),
                group=f"g{rng.randrange(3)}",
                tags=("a", "b"),
                updated_at=NOW + timedelta(minutes=rng.randrange(1000)),
            )
            for _ in range(1000)
        ]
    )
    for fields in FILTERS:
        for sort in Sort:
            for after in (None, Place(NOW, str(uuid.UUID(int=5)))):
                query = ListQuery(TicketFilter(**fields), sort, after=after)
                plan = await (
                    collections.tickets.find(condition_of(query)).sort(order_of(sort)).hint(list_index(sort)).explain()
                )
                seen = stages(plan["queryPlanner"]["winningPlan"])
                assert not seen & {"COLLSCAN", "SORT"}, (fields, sort, seen)


async def test_a_page_of_a_large_answer_examines_little_more_than_it_returns(
    collections: Collections, a_view: Any
) -> None:
    views = [
        a_view(str(uuid.UUID(int=n)), status=("open", "waiting")[n % 2], updated_at=NOW + timedelta(seconds=n))
        for n in range(2000)
    ]
    await MongoWriter(collections).write_views(views)
    query = ListQuery(TicketFilter(status=("open", "waiting")), limit=20)  # type: ignore[arg-type]
    cursor = collections.tickets.find(condition_of(query)).sort(order_of(query.sort)).hint(list_index(query.sort))
    stats = (await cursor.limit(20).explain())["executionStats"]
    assert stats["nReturned"] == 20
    assert stats["totalKeysExamined"] <= 25


async def test_the_list_has_at_most_twelve_indexes(collections: Collections) -> None:
    assert len(await collections.tickets.index_information()) <= 12
