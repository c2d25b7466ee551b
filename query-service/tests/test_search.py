"""Searches, on the stand-in in memory and on MongoDB alike, and what bounds their work."""

import json
import random
import uuid
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zlib import crc32

import pytest

from query_service.adapters import mongo_scan, mongo_search
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_tickets import MongoTickets
from query_service.adapters.mongo_writer import MongoWriter
from query_service.domain.cursors import BadCursor
from query_service.domain.listing import TicketFilter
from query_service.domain.searching import Rank, Scan, SearchPage, SearchQuery, has_all, rank_of
from query_service.domain.words import born, pair_post, posts_of, words_in
from ticket_contracts.views import ErasedTicket, TicketView

NOW = datetime(2016, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, TWO, THREE, FOUR = (str(uuid.UUID(int=n)) for n in (1, 2, 3, 4))
LONG = " ".join(f"w{n}" for n in range(30))
WORDS = [f"t{n}" for n in range(9)]


def id_of(item: bytes) -> str:
    return str(json.loads(item)["id"])


async def search(model: Any, q: str, **more: Any) -> list[str]:
    page = await model.tickets.search(SearchQuery(tuple(words_in(q)), **more))
    return [id_of(item) for item in page.items]


async def read_through(model: Any, query: SearchQuery) -> tuple[list[str], list[SearchPage]]:
    """Return all tickets that the pages of a search hold, and the pages."""
    pages = [await model.tickets.search(query)]
    while pages[-1].next is not None:
        pages.append(await model.tickets.search(SearchQuery(query.words, query.filter, query.limit, pages[-1].next)))
    return [id_of(item) for page in pages for item in page.items], pages


@pytest.fixture
async def four(read_model: Any, a_view: Any) -> Any:
    await read_model.writer.write_views(
        [
            a_view(ONE, subject="Printer on fire", message="Help", created_at=NOW, status="closed"),
            a_view(TWO, subject="Help", message="The printer smokes", created_at=NOW + HOUR),
            a_view(THREE, subject="Fire in the printer", message="Hurry", created_at=NOW + 2 * HOUR, tags=("hot",)),
            a_view(FOUR, subject="Printer", message=f"fire {LONG}", created_at=NOW + 3 * HOUR, external_id="INC-7"),
        ]
    )
    return read_model


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("PRINTER", [THREE, ONE, FOUR, TWO]),
        ("printer fire", [THREE, ONE, FOUR]),
        ("fire printer hurry", [THREE]),
        ("help", [TWO, ONE]),
        ("inc-7", [FOUR]),
        ("inc 7 printer fire w3", [FOUR]),
        ("smokes fire", []),
        ("print", []),
        ("$where", []),
    ],
)
async def test_all_words_must_be_there_and_those_of_the_subject_count_most(four: Any, q: str, found: list[str]) -> None:
    assert await search(four, q) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TicketFilter(status=("open",)), [THREE, FOUR, TWO]),  # type: ignore[arg-type]
        (TicketFilter(tags=("hot",)), [THREE]),
        (TicketFilter(created_since=NOW + HOUR, created_before=NOW + 3 * HOUR), [THREE, TWO]),
        (TicketFilter(status=("closed",), priority=("normal",), updated_since=NOW), [ONE]),  # type: ignore[arg-type]
        (TicketFilter(group="none"), []),
    ],
)
async def test_filters_combine_with_words(four: Any, wanted: TicketFilter, found: list[str]) -> None:
    assert await search(four, "printer", filter=wanted) == found


async def test_an_erased_ticket_is_not_found(four: Any) -> None:
    erased = ErasedTicket(id=THREE, version=4, partition=0, offset=9, erased_at=NOW)
    await four.writer.write_views([erased])
    assert await search(four, "printer fire") == [ONE, FOUR]


def made_up(a_view: Any, count: int, long: float = 0.2) -> list[TicketView]:
    rng = random.Random(3)
    return [
        a_view(
            str(uuid.UUID(int=rng.getrandbits(128))),
            subject=" ".join(rng.sample(WORDS, 2)),
            message=" ".join(rng.sample(WORDS, 2)) + (f" {LONG}" if rng.random() < long else ""),
            status=rng.choice(["open", "waiting", "closed"]),
            created_at=NOW + timedelta(minutes=rng.randrange(60)),
        )
        for _ in range(count)
    ]


def expected(views: list[TicketView], query: SearchQuery) -> list[str]:
    found = []
    for view in views:
        posts = posts_of(view)
        status = not query.filter.status or view.status in query.filter.status
        if has_all(query.words, posts) and status:
            found.append(rank_of(query.words, posts, born(view), view.id))
    return [rank.ticket_id for rank in sorted(found)]


SEARCHES = [
    SearchQuery((*words,), wanted, limit=7)
    for words in (["t1"], ["t1", "t2"], ["t1", "t2", "t3"], ["t1", "w3"], ["t8", "t0"], ["w1", "w2"])
    for wanted in (TicketFilter(), TicketFilter(status=("open",)))  # type: ignore[arg-type]
]


@pytest.mark.parametrize("query", SEARCHES, ids=lambda query: f"{' '.join(query.words)} {query.filter.status}")
async def test_pages_follow_the_ranks(read_model: Any, a_view: Any, query: SearchQuery) -> None:
    views = made_up(a_view, 150)
    await read_model.writer.write_views(views)
    seen, pages = await read_through(read_model, query)
    assert seen == expected(views, query)
    assert all(page.complete for page in pages)
    skipped = await read_model.tickets.search(SearchQuery(query.words, query.filter, limit=5, skip=3))
    assert [id_of(item) for item in skipped.items] == seen[3:8]


@pytest.mark.stack
@pytest.mark.parametrize("query", SEARCHES, ids=lambda query: f"{' '.join(query.words)} {query.filter.status}")
@pytest.mark.parametrize("skip", [0, 11])
async def test_what_is_too_much_to_rank_is_still_found_each_once(
    collections: Collections, a_view: Any, query: SearchQuery, skip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_search, "RANKED_MAX", 0)
    monkeypatch.setattr(mongo_scan, "SCANNED_MAX", 10)

    class Model:
        """As far as a search needs it."""

        tickets = MongoTickets(collections)

    views = made_up(a_view, 150)
    await MongoWriter(collections).write_views(views)
    wanted = expected(views, query)
    seen, pages = await read_through(Model, SearchQuery(query.words, query.filter, query.limit, skip=skip))
    assert len(seen) == len(set(seen))
    assert len(seen) == max(0, len(wanted) - skip)
    assert set(seen) <= set(wanted)
    if not wanted:
        return
    if len(query.words) == 1:
        assert seen == wanted[skip:]
    if query.filter.status:
        assert not all(page.complete for page in pages)


def born_together() -> list[str]:
    """Return the ids of three tickets that are `born` as the same number if they are created in the same second."""
    known: dict[int, list[str]] = {}
    for n in count():
        ticket_id = str(uuid.UUID(int=n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))
        alike = known.setdefault(crc32(ticket_id.encode()) >> 7, [])
        alike.append(ticket_id)
        if len(alike) == 3:
            return alike
    raise AssertionError


@pytest.mark.parametrize("q", ["printer", "printer fire"])
@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_those_born_as_the_same_number_are_found_each_once(
    read_model: Any, a_view: Any, q: str, limit: int
) -> None:
    alike = born_together()
    assert len({born(a_view(ticket_id)) for ticket_id in alike}) == 1
    await read_model.writer.write_views([a_view(ticket_id) for ticket_id in (ONE, *alike, TWO)])
    seen, pages = await read_through(read_model, SearchQuery(tuple(words_in(q)), limit=limit))
    assert sorted(seen) == sorted([ONE, TWO, *alike])
    assert all(len(page.items) == limit for page in pages[:-1])


async def test_words_that_have_the_same_number_are_told_apart(read_model: Any, a_view: Any) -> None:
    assert pair_post("inc8022000", "printer", 2) == pair_post("inc2289854", "printer", 2)
    await read_model.writer.write_views([a_view(ONE, subject="Printer INC8022000")])
    assert await search(read_model, "printer inc8022000") == [ONE]
    assert await search(read_model, "printer inc2289854") == []
    assert await search(read_model, "printer inc2289854", skip=1) == []


@pytest.mark.stack
async def test_a_place_among_ranks_is_refused_when_too_many_have_come_to_rank_them(
    collections: Collections, a_view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongo_search, "RANKED_MAX", 5)
    tickets, writer = MongoTickets(collections), MongoWriter(collections)

    def some(numbers: range) -> list[TicketView]:
        return [a_view(str(uuid.UUID(int=n)), message=LONG, created_at=NOW - n * HOUR) for n in numbers]

    await writer.write_views(some(range(5)))
    query = SearchQuery(("w3", "w5", "w7"), limit=2)
    after = (await tickets.search(query)).next
    assert isinstance(after, Rank)
    await writer.write_views(some(range(5, 10)))
    rest = await tickets.search(SearchQuery(query.words, limit=100, after=after))
    assert (len(rest.items), rest.complete) == (8, True)
    await writer.write_views(some(range(10, 11)))
    with pytest.raises(BadCursor):
        await tickets.search(SearchQuery(query.words, limit=100, after=after))


@pytest.mark.stack
async def test_a_word_that_all_tickets_have_costs_no_more_than_a_page(collections: Collections, a_view: Any) -> None:
    await MongoWriter(collections).write_views(made_up(a_view, 3_000, long=0))
    database = collections.tickets.database
    await database.command("profile", 2)
    try:
        page = await MongoTickets(collections).search(SearchQuery(("t1",)))
        both = await MongoTickets(collections).search(SearchQuery(("t1", "t2")))
    finally:
        await database.command("profile", 0)
    assert page.complete
    assert len(page.items) == len(both.items) == 20
    assert isinstance(page.next, Scan)
    rows = await database["system.profile"].find({"ns": collections.tickets.full_name}).to_list()
    assert rows
    assert all(row["keysExamined"] <= 50 for row in rows), [(row["command"], row["keysExamined"]) for row in rows]
