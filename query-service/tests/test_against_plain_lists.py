"""Random lists and searches over awkward tickets, page by page, against a model that knows no index."""

import random
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode

import httpx2
import pytest

from query_service.adapters import mongo_plans, mongo_scan, mongo_search
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_writer import MongoWriter
from tests.support.plain_lists import TIMES, listed, ranks, some_filter, some_query, some_ticket, words_of
from ticket_contracts.views import ErasedTicket, ParkedBeforeBirth, Stale, TicketView

pytestmark = pytest.mark.stack

TICKETS = 400
QUERIES = 120
Tickets = Sequence[Mapping[str, Any]]


@pytest.fixture(params=[1, 2])
def chance(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(request.param)


@pytest.fixture
async def tickets(chance: random.Random, collections: Collections, a_view: Any) -> Tickets:
    """Store tickets, half of them in an older state before, and others that no list may show."""
    writer, found = MongoWriter(collections), [some_ticket(chance) for _ in range(TICKETS)]
    older = {"status": "open", "waiting_reason": None, "group": "elsewhere", "tags": ("gone",)}
    await writer.write_views([_view(a_view, 1, each | older) for each in found[::2]])
    await writer.write_views([_view(a_view, 2, each) for each in found])
    erased = [a_view(str(uuid.UUID(int=n)), subject="printer fire", customer_id="c") for n in range(20)]
    await writer.write_views(erased)
    await writer.write_views(
        [ErasedTicket(id=each.id, version=2, partition=0, offset=9, erased_at=TIMES[0]) for each in erased]
    )
    stale = Stale(since=TIMES[0], reason="gap")
    parked = [str(uuid.UUID(int=n)) for n in range(20, 25)]
    await writer.write_views([ParkedBeforeBirth(id=each, partition=0, offset=5, stale=stale) for each in parked])
    return found


def _view(a_view: Any, version: int, fields: Mapping[str, Any]) -> TicketView:
    return cast("TicketView", a_view(fields["id"], version, **{k: value for k, value in fields.items() if k != "id"}))


def change_ways(chance: random.Random, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let few tickets be many, so that each way of reading a list or a search is taken."""
    monkeypatch.setattr(mongo_plans, "FEW", chance.choice([2, 5, 40]))
    monkeypatch.setattr(mongo_search, "RANKED_MAX", chance.choice([0, 20, 2_000]))
    monkeypatch.setattr(mongo_scan, "SCANNED_MAX", chance.choice([5, 50, 2_000]))


def target_of(chance: random.Random, wanted: Mapping[str, Any], **more: Any) -> str:
    values = [(name, value) for name, value in wanted.items() if not isinstance(value, list)]
    values += [(name, value) for name, several in wanted.items() if isinstance(several, list) for value in several]
    chance.shuffle(values)
    return f"/tickets?{urlencode([(name, _text(value)) for name, value in (*values, *more.items())])}"


def _text(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def pages(client: httpx2.AsyncClient, target: str, limit: int) -> AsyncIterator[httpx2.Response]:
    """Yield all pages; each but the last one, of what is ranked, is full."""
    next_target: str | None = target
    while next_target is not None:
        answer = await client.get(next_target)
        assert answer.status_code == 200, f"{next_target}: {answer.text}"
        next_target = answer.links.get("next", {}).get("url")
        if next_target is not None and answer.headers.get("Search-Coverage", "complete") == "complete":
            assert len(answer.json()) == limit, f"a page of {target} is not full"
        yield answer


async def test_a_list_is_what_a_plain_model_says(
    mongo_client: httpx2.AsyncClient, tickets: Tickets, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(QUERIES):
        change_ways(chance, monkeypatch)
        wanted, limit, skip = some_filter(chance), chance.choice([7, 20, 100]), chance.choice([0, 0, 3, 50])
        sort = chance.choice(["-updated_at", "updated_at", "-created_at", "created_at"])
        target = target_of(chance, wanted, sort=sort, limit=limit, skip=skip)
        found = [row["id"] async for page in pages(mongo_client, target, limit) for row in page.json()]
        assert found == listed(tickets, wanted, sort)[skip:], target


async def test_a_search_is_what_a_plain_model_says(
    mongo_client: httpx2.AsyncClient, tickets: Tickets, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(QUERIES):
        change_ways(chance, monkeypatch)
        wanted, q, limit = some_filter(chance), some_query(chance, tickets), chance.choice([7, 20, 100])
        if not words_of(q):
            continue
        target = target_of(chance, wanted, q=q, limit=limit)
        answers = [page async for page in pages(mongo_client, target, limit)]
        found = [row["id"] for answer in answers for row in answer.json()]
        expected = ranks(tickets, wanted, q)
        assert sorted(found) == sorted(expected), target
        if {answer.headers["Search-Coverage"] for answer in answers} == {"complete"}:
            assert [expected[each] for each in found] == sorted(expected.values()), target
