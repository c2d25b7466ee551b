"""Who is told what of a change, and what happens to listeners that are slow or come back: without servers."""

import asyncio
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.domain.documents import prepare_ticket
from query_service.domain.facets import facets_of
from query_service.domain.listing import ListQuery, TicketFilter
from query_service.domain.matching import Interest, Matcher, Traits
from query_service.domain.searching import SearchQuery
from query_service.domain.words import posts_of, text_of, words_in
from query_service.live import hub as hubs
from query_service.live.changes import Change, HistoryGone
from query_service.live.events import Ending
from query_service.live.hub import Hub
from query_service.live.subscription import ROOM_BYTES, Subscription

NOW = datetime(2016, 3, 1, tzinfo=UTC)
ONE, TWO = (str(uuid.UUID(int=n)) for n in (1, 2))
OPEN, CLOSED, HOT = "status=open", "status=closed", "tag=hot"
EVERYTHING = Interest()
OPEN_ONES = Interest(TicketFilter(status=("open",)))  # type: ignore[arg-type]


def traits(*facets: str, updated_at: datetime = NOW) -> Traits:
    return Traits(frozenset(("ticket", *facets)), NOW, updated_at)


def change(position: str, before: Traits | None, now: Traits | None, **more: Any) -> Change:
    return Change(position, ONE, 2, before, now, b'{"id":"one"}' if now else b"", **more)


async def told(subscription: Subscription) -> list[str]:
    """Return the names of the events that wait, or of the end."""
    names = []
    while chunk := await subscription.take(0):
        names += [line.removeprefix("event: ") for line in chunk.decode().split("\n") if line.startswith("event: ")]
    return names


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (None, traits(OPEN), ["changed"]),
        (traits(OPEN), traits(OPEN, HOT), ["changed"]),
        (traits(CLOSED), traits(OPEN), ["changed"]),
        (traits(OPEN), traits(CLOSED), ["left"]),
        (traits(OPEN), None, ["left"]),
        (traits(CLOSED), traits(CLOSED, HOT), []),
        (traits(CLOSED), None, []),
        (None, None, []),
    ],
)
async def test_a_filter_is_told_what_passes_and_what_passes_no_more(
    before: Traits | None, now: Traits | None, expected: list[str]
) -> None:
    hub = Hub(1, "A0")
    subscription = hub.join(OPEN_ONES, None, b"")
    hub.publish(change("A1", before, now))
    assert await told(subscription) == expected


async def test_where_the_state_before_is_unknown_a_filter_is_told_to_forget_the_ticket() -> None:
    hub = Hub(1, "A0")
    subscription = hub.join(OPEN_ONES, None, b"")
    hub.publish(change("A1", None, traits(CLOSED), was_known=False))
    assert await told(subscription) == ["left"]


@pytest.mark.parametrize(
    ("words", "before", "now", "more", "expected"),
    [
        (" fire printer ", None, traits(OPEN), {}, ["changed"]),
        (" fire printer ", traits(OPEN), None, {}, ["left"]),
        (" fire printers ", traits(OPEN), traits(OPEN), {}, []),
        (" fire printers ", None, traits(OPEN), {"was_known": False}, []),
        ("  ", None, None, {"was_known": False}, ["left"]),
        ("  ", None, None, {}, []),
    ],
)
async def test_a_search_is_told_of_tickets_that_have_all_words(
    words: str, before: Traits | None, now: Traits | None, more: dict[str, Any], expected: list[str]
) -> None:
    hub = Hub(1, "A0")
    subscription = hub.join(Interest(OPEN_ONES.filter, ("fire", "printer")), None, b"")
    hub.publish(change("A1", before, now, words=words, **more))
    assert await told(subscription) == expected


async def test_a_ticket_that_slides_out_of_a_range_of_time_has_left() -> None:
    hub = Hub(1, "A0")
    subscription = hub.join(Interest(TicketFilter(updated_before=NOW + timedelta(days=1))), None, b"")
    hub.publish(change("A1", traits(OPEN), traits(OPEN, updated_at=NOW + timedelta(days=2))))
    assert await told(subscription) == ["left"]


async def test_an_event_is_written_once_for_all_and_matched_once_a_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    passes = Matcher.passes

    def counting(self: Matcher, seen: Traits) -> bool:
        asked.append(self)
        return passes(self, seen)

    monkeypatch.setattr(Matcher, "passes", counting)
    hub = Hub(1, "A0")
    listeners = [hub.join(wanted, None, b"") for wanted in (EVERYTHING, OPEN_ONES) for _ in range(500)]
    others = [hub.join(Interest(TicketFilter(group=f"g{n}")), None, b"") for n in range(500)]
    hub.publish(change("A1", None, traits(OPEN)))
    events = {id(listener._waiting[-1]) for listener in listeners}
    assert len(events) == 1
    assert len(asked) == 2
    assert [await told(other) for other in others] == [[]] * 500


async def test_a_slow_listener_is_ended_and_holds_nothing_while_others_go_on() -> None:
    hub = Hub(1, "A0")
    slow, quick = hub.join(EVERYTHING, None, b""), hub.join(EVERYTHING, None, b"")
    seen = 0
    for number in range(2_000):
        hub.publish(Change(f"B{number:05}", ONE, 2, None, traits(OPEN), b"x" * 1_000))
        assert sum(map(len, slow._waiting)) <= ROOM_BYTES
        seen += len(await told(quick))
    assert seen == 2_000
    assert await slow.take(0) == b'event: end\ndata: {"reason":"slow"}\n\n'
    assert await slow.take(0) is None


async def test_whoever_comes_back_is_told_what_it_missed_and_nothing_twice() -> None:
    hub = Hub(1, "A0")
    for number in range(1, 6):
        hub.publish(change(f"A{number}", None, traits(OPEN if number % 2 else CLOSED)))
    subscription = hub.join(OPEN_ONES, "A1", b"first\n")
    hub.publish(change("A7", None, traits(OPEN)))
    text = b""
    while chunk := await subscription.take(0):
        text += chunk
    assert [line for line in text.decode().split("\n") if line.startswith("id:")] == [
        "id: 1-A3",
        "id: 1-A5",
        "id: 1-A7",
    ]


async def test_whoever_comes_back_is_not_shown_what_stood_in_a_ticket_that_is_erased_now() -> None:
    hub = Hub(1, "A0")
    hub.publish(change("A1", None, traits(OPEN)))
    hub.publish(change("A2", traits(OPEN), traits(CLOSED)))
    hub.publish(change("A3", traits(CLOSED), traits(OPEN)))
    hub.publish(replace(change("A4", None, traits(OPEN)), ticket_id=str(uuid.UUID(int=2))))
    assert await told(hub.join(OPEN_ONES, "A0", b"")) == ["changed", "left", "changed", "changed"]
    hub.publish(change("A5", traits(OPEN), None, is_erased=True))
    assert await told(hub.join(OPEN_ONES, "A0", b"")) == ["left", "changed", "left"]


async def test_what_waits_for_a_slow_listener_of_a_ticket_that_is_erased_now_is_not_sent_any_more(
    a_view: Any,
) -> None:
    items = [prepare_ticket(a_view(*of)).item for of in ((ONE, 1), (ONE, 2), (TWO, 1))]
    hub = Hub(1, "A0")
    everything, open_ones = (hub.join(wanted, None, b"") for wanted in (EVERYTHING, OPEN_ONES))
    hub.publish(Change("A1", ONE, 1, None, traits(OPEN), items[0]))
    hub.publish(Change("A2", ONE, 2, traits(OPEN), traits(CLOSED), items[1]))
    hub.publish(Change("A3", TWO, 1, None, traits(OPEN), items[2]))
    hub.publish(change("A4", traits(CLOSED), None, is_erased=True))
    assert everything._bytes == sum(map(len, everything._waiting))
    assert await told(everything) == ["changed", "left"]
    assert await told(open_ones) == ["left", "changed"]


async def test_what_those_who_come_back_missed_is_written_once_for_all() -> None:
    hub = Hub(1, "A0")
    hub.publish(change("A1", None, traits(OPEN)))
    hub.publish(change("A2", traits(OPEN), traits(CLOSED)))
    listeners = [hub.join(wanted, "A0", b"") for wanted in (EVERYTHING, OPEN_ONES, EVERYTHING, OPEN_ONES)]
    everything, open_ones, others, other_open_ones = ([id(event) for event in each._waiting] for each in listeners)
    assert (everything, open_ones) == (others, other_open_ones)
    assert everything[1] == open_ones[1]
    assert everything[2] != open_ones[2]


async def test_what_was_read_for_those_who_come_back_joins_what_is_at_hand_or_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = [change(f"A{number}", None, traits(OPEN)) for number in range(1, 6)]
    monkeypatch.setattr(hubs, "RECENT_BYTES", 0)
    hub = Hub(1, "A0")
    for each in read[:4]:
        hub.publish(each)
    assert hub.since == "A4"
    with pytest.raises(HistoryGone):
        hub.prepend(read[:3], "A0", "A3")
    assert hub.since == "A4"
    monkeypatch.undo()
    hub.publish(read[4])
    hub.prepend(read, "A0", "A5")
    assert (hub.since, [kept.change for kept in hub._recent]) == ("A0", read)


async def test_what_is_kept_for_those_who_come_back_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "RECENT_BYTES", 20_000)
    hub = Hub(1, "B00000")
    for number in range(1, 100):
        hub.publish(change(f"B{number:05}", None, traits(OPEN)))
    assert len(hub._recent) < 20
    assert hub.since == f"B{99 - len(hub._recent):05}"


async def test_what_was_read_for_one_who_comes_back_is_kept_a_while_within_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = change("", None, traits(OPEN)).size
    monkeypatch.setattr(hubs, "RECENT_BYTES", 10 * size)
    monkeypatch.setattr(hubs, "HELD_SECONDS", 60)
    changes = [change(f"C{number:02}", None, traits(OPEN)) for number in range(1, 100)]
    hub = Hub(1, "C00")
    for each in changes[:20]:
        hub.publish(each)
    assert hub.since == "C10"
    assert (hub.has_room(10 * size), hub.has_room(11 * size)) == (True, False)
    hub.prepend(changes[:10], "C00", "C10")
    assert not hub.has_room(size)
    for each in changes[20:30]:
        hub.publish(each)
    assert hub.since == "C00"
    for each in changes[30:50]:
        hub.publish(each)
    assert hub.since == "C20"
    monkeypatch.setattr(hubs, "HELD_SECONDS", 0)
    hub.prepend([], "C20", "C50")
    hub.publish(changes[50])
    assert hub.since == "C41"


async def test_a_change_that_comes_as_the_time_is_up_is_sent_and_not_a_heartbeat_that_has_its_id() -> None:
    hub = Hub(1, "A0")
    listener = hub.join(EVERYTHING, None, b"first")
    await listener.take(0)
    taken = asyncio.create_task(listener.take(0))
    await asyncio.sleep(0)  # the task has begun, and is out of time in the next turn
    hub.publish(change("A1", None, traits(OPEN)))
    assert b"id: 1-A1\nevent: changed\n" in (await taken or b"")


async def test_nothing_is_left_of_listeners_that_have_gone() -> None:
    hub = Hub(1, "A0")
    listeners = [hub.join(wanted, None, b"") for wanted in (EVERYTHING, OPEN_ONES, OPEN_ONES)]
    for listener in (*listeners, *listeners):
        listener.close()
    assert hub.listeners == 0
    assert not hub._groups
    assert not hub._by_lead


async def test_an_ended_stream_says_so_once() -> None:
    hub = Hub(1, "A0")
    subscription = hub.join(EVERYTHING, None, b"")
    hub.end(Ending.STOPPING)
    hub.end(Ending.RENEWED)
    hub.publish(change("A1", None, traits(OPEN)))
    assert await told(subscription) == ["end"]


async def test_a_stream_passes_what_a_list_shows(in_memory: Any, a_view: Any) -> None:
    views = [
        a_view(
            str(uuid.UUID(int=n)), status=("open", "closed")[n % 2], group=("g", None)[n // 2 % 2],
            tags=(("a", "b")[: n // 4 % 3]), has_note=n % 3 == 0, updated_at=NOW + timedelta(hours=n),
        )
        for n in range(48)
    ]  # fmt: skip
    await in_memory.writer.write_views(views)
    for wanted in (
        TicketFilter(),
        TicketFilter(status=("open",)),  # type: ignore[arg-type]
        TicketFilter(status=("open", "closed"), group="g"),  # type: ignore[arg-type]
        TicketFilter(tags=("a", "b"), has_note=True),
        TicketFilter(group="g", updated_since=NOW + timedelta(hours=9), updated_before=NOW + timedelta(hours=30)),
        TicketFilter(external_id="none"),
    ):
        listed = {found.place.ticket_id for found in await in_memory.tickets.page(ListQuery(wanted, limit=100))}
        matcher = Matcher(Interest(wanted))
        passing = {
            view.id
            for view in views
            if matcher.passes(Traits(frozenset(facets_of(view)), view.created_at, view.updated_at))
        }
        assert passing == listed


@pytest.mark.parametrize(
    "q", ["printer", "PRINTER fire", "tast", "Täst 42", "fire 7", "print", "a long story of", "x_y"]
)
async def test_a_search_is_told_what_a_search_finds(in_memory: Any, a_view: Any, q: str) -> None:
    long = "A long story of fire. " + " ".join(f"word{n}" for n in range(50))
    texts = [("Printer", "It is on fire"), ("täst", "printer"), ("7", "Printers on FIRE"), ("x y", long), ("b:a c", "")]
    views = [
        a_view(str(uuid.UUID(int=n)), subject=subject, message=message, external_id="42" if n == 1 else None)
        for n, (subject, message) in enumerate(texts)
    ]
    await in_memory.writer.write_views(views)
    words = tuple(words_in(q))
    page = await in_memory.tickets.search(SearchQuery(words))
    found = {json.loads(item)["id"] for item in page.items}
    matcher = Matcher(Interest(words=words))
    assert {view.id for view in views if matcher.finds(text_of(posts_of(view)))} == found
