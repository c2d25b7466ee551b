"""The checker proved: it finds nothing in a sound run, and names each fault that is planted into one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos import sound_run as run
from tests.chaos.checker.judge import judge
from tests.chaos.checker.state import Counts, EndState, Event, Json, Poison
from tests.chaos.checker.violations import Kind
from tests.chaos.history import Accepted, Command, History, Read, Refused, Subject
from tests.chaos.sound_run import EVENTS, GROUP, ONE, TWO, entry, event, read, view
from ticket_contracts.partitioning import partition_of

Run = tuple[History, EndState]
Plant = Callable[[History, EndState], Run]


def planted(plant: Plant) -> set[Kind]:
    """Return the names of what the checker finds after a fault was planted."""
    return {violation.kind for violation in judge(*plant(run.history(), run.end_state()))}


def test_a_sound_run_is_sound() -> None:
    assert judge(run.history(), run.end_state()) == []


def stored(*events: Event) -> Plant:
    """Plant another store; everything else stays."""
    return lambda history, state: (history, replace(state, stored=list(events)))


def logged(*events: Event, key: str | None = None, partition: int | None = None) -> Plant:
    """Plant another log."""

    def plant(history: History, state: EndState) -> Run:
        sound = {record.event.id: record for record in reversed(state.log)}
        records = []
        for offset, each in enumerate(events):
            like = sound.get(each.id, state.log[0])
            there = like.partition if partition is None else partition
            records.append(replace(like, event=each, offset=offset, key=key or like.key, partition=there))
        return history, replace(state, log=records)

    return plant


def viewed(place: int, *documents: Json) -> Plant:
    """Plant other documents into one of the places that show tickets."""

    def plant(history: History, state: EndState) -> Run:
        views = list(state.views)
        views[place] = replace(views[place], documents=list(documents))
        return history, replace(state, views=views)

    return plant


def forgotten(place: int, ticket: str) -> Plant:
    """Plant a history that does not know of a ticket, and a place that does not have it."""

    def plant(history: History, state: EndState) -> Run:
        kept = [document for document in state.views[place].documents if document["id"] != ticket]
        known = [c for c in history.commands if c.ticket != ticket]
        return viewed(place, *kept)(replace(history, commands=known), state)

    return plant


def listed(place: int, *documents: Json) -> Plant:
    """Plant other entries into one of the places that keep timelines."""

    def plant(history: History, state: EndState) -> Run:
        entries = list(state.entries)
        entries[place] = replace(entries[place], documents=list(documents))
        return history, replace(state, entries=entries)

    return plant


def counted(change: Callable[[Counts], Counts]) -> Plant:
    """Plant another count into the dashboard."""
    return lambda history, state: (
        history,
        replace(state, counts={**state.counts, "dashboard": change(state.counts["dashboard"])}),
    )


def sent(key: str, change: Callable[[Command], Command]) -> Plant:
    """Plant another course of one command."""
    return lambda history, state: (
        replace(history, commands=[change(c) if c.key == key else c for c in history.commands]),
        state,
    )


def answered(key: str, *answers: Accepted | Refused, at: float = 90.0) -> Plant:
    """Plant other answers to one command."""
    return sent(key, lambda c: run.command(key, c.type, c.ticket, c.data, *answers, at=at))


def seen(*reads: Read) -> Plant:
    """Plant more reads."""
    return lambda history, state: (replace(history, reads=[*history.reads, *reads]), state)


def without(left_out: Event) -> list[Event]:
    """Return the run's events but one."""
    return [each for each in EVENTS if each.id != left_out.id]


CREATED, ASSIGNED, OTHER, NOTED, RESOLVED, REOPENED = EVENTS
ENTRIES = [entry(each) for each in EVENTS]
FORGED = event(ONE, 6, "AgentNoteAdded", {"note": "lost on the way"}, "never")
NO_MESSAGE = {name: value for name, value in view(ONE).items() if name != "message"}
GARBAGE = Poison(partition_of(ONE), 99, ONE)
TOPIC, EXPORT, PAGE, LIST, DATABASE = range(5)

FAULTS: list[tuple[str, Kind, Plant]] = [
    ("an acknowledged command is in the store no more", Kind.LOST, stored(*without(REOPENED))),
    ("an acknowledged command never reached the log", Kind.LOST, logged(*without(REOPENED))),
    ("an acknowledged command is in no timeline", Kind.LOST, listed(1, *ENTRIES[:-1])),
    ("an acknowledged no-op would have changed something", Kind.LOST, answered("never", Accepted(ONE, 5, "open"))),
    ("a timed-out command is stored and not on the log", Kind.HALF_STORED, logged(*without(OTHER))),
    ("a timed-out command is stored and in no view", Kind.HALF_STORED, viewed(EXPORT, view(ONE))),
    ("a refused command is stored", Kind.REFUSED_STORED, answered("reopen", Refused(409, "not-resolved"))),
    ("a key has two events", Kind.KEY_TWICE, stored(*EVENTS, replace(FORGED, key="note"))),
    (
        "a retry is told another version",
        Kind.TWO_ANSWERS,
        answered("note", Accepted(ONE, 3, "open"), Accepted(ONE, 4, "open")),
    ),
    (
        "told of no effect where there was one",
        Kind.WRONG_ANSWER,
        answered("note", Accepted(ONE, 1, "open"), Accepted(ONE, 3, "open")),
    ),
    (
        "refused without reason before it was stored",
        Kind.WRONG_REFUSAL,
        answered("note", Refused(409, "ticket-closed"), Accepted(ONE, 3, "open")),
    ),
    ("a retry is refused", Kind.TWO_ANSWERS, answered("note", Accepted(ONE, 3, "open"), Refused(409, "conflict"))),
    ("an answer names another version", Kind.WRONG_ANSWER, answered("note", Accepted(ONE, 2, "open"))),
    ("an answer names another status", Kind.WRONG_ANSWER, answered("resolve", Accepted(ONE, 4, "open"))),
    ("an event says something else", Kind.WRONG_EVENT, sent("note", lambda c: replace(c, data={"note": "else"}))),
    (
        "an event occurred at another time",
        Kind.WRONG_EVENT,
        sent("note", lambda c: replace(c, occurred_at="2020-01-01T00:00:00Z")),
    ),
    ("a rule was broken", Kind.WRONG_EVENT, sent("assign", lambda c: replace(c, type="ReopenTicket", data={}))),
    ("a refusal without reason", Kind.WRONG_REFUSAL, answered("never", Refused(409, "ticket-closed"))),
    ("a refusal that came too late", Kind.WRONG_REFUSAL, answered("too-late", Refused(409, "ticket-resolved"))),
    ("stored below what was known", Kind.PAST_ACCEPTED, answered("note", Accepted(ONE, 3, "open"), at=95)),
    ("the service broke", Kind.SERVER_ERROR, answered("never", Refused(500, "unknown"))),
    ("the store has a gap", Kind.STORE_GAP, stored(*without(NOTED))),
    ("the store has a version twice", Kind.STORE_DOUBLE, stored(*EVENTS, replace(NOTED, id="again", key="other"))),
    ("an event comes from nobody", Kind.UNASKED_EVENT, stored(*EVENTS, replace(FORGED, key=None))),
    ("the log lacks an event", Kind.NOT_ON_LOG, logged(*without(NOTED))),
    ("the log has an event that nobody stored", Kind.LOG_UNSTORED, logged(*EVENTS, FORGED)),
    ("first deliveries are swapped", Kind.LOG_DISORDER, logged(*EVENTS[:3], RESOLVED, NOTED, REOPENED)),
    ("a version is two events", Kind.LOG_CONFLICT, logged(*EVENTS, replace(NOTED, id="again"))),
    ("the log says something else", Kind.LOG_DIFFERS, logged(*EVENTS[:-1], replace(REOPENED, data={"reason": "no"}))),
    ("a record has another key", Kind.LOG_MISPLACED, logged(*EVENTS, key=TWO)),
    ("a record is in another partition", Kind.LOG_MISPLACED, logged(*EVENTS, partition=11)),
    ("a view is missing", Kind.VIEW_MISSING, viewed(LIST, view(TWO))),
    ("a ticket that the history left alone is gone", Kind.READER_DIFFERS, forgotten(DATABASE, TWO)),
    ("a view of nothing", Kind.VIEW_UNASKED, logged(*run.of(ONE))),
    ("a ticket is listed twice", Kind.VIEW_DOUBLE, viewed(EXPORT, view(ONE), view(TWO), view(TWO))),
    ("a view is stale", Kind.VIEW_STALE, viewed(DATABASE, view(ONE, 4), view(TWO))),
    (
        "a ticket is parked",
        Kind.VIEW_PARKED,
        viewed(PAGE, view(ONE) | {"stale": {"reason": "gap"}}, view(TWO)),
    ),
    ("a parked ticket does not say so", Kind.VIEW_UNPARKED, lambda h, s: (h, replace(s, asides=[GARBAGE]))),
    ("a field is wrong", Kind.VIEW_WRONG, viewed(LIST, view(ONE) | {"note_count": 2}, view(TWO))),
    ("a field is absent", Kind.VIEW_WRONG, viewed(EXPORT, NO_MESSAGE, view(TWO))),
    ("a recent entry is wrong", Kind.VIEW_WRONG, viewed(PAGE, view(ONE) | {"recent": []}, view(TWO))),
    ("an entry is missing", Kind.ENTRY_MISSING, listed(1, *ENTRIES[1:])),
    ("an entry is there twice", Kind.ENTRY_DOUBLE, listed(1, *ENTRIES, ENTRIES[0])),
    ("an entry of nothing", Kind.ENTRY_UNASKED, listed(0, *ENTRIES, entry(FORGED))),
    ("the timeline is out of order", Kind.ENTRY_DISORDER, listed(1, *ENTRIES[1:], ENTRIES[0])),
    ("an entry says something else", Kind.ENTRY_WRONG, listed(1, *ENTRIES[:-1], ENTRIES[-1] | {"data": {"a": 1}})),
    ("an internal entry is public", Kind.ENTRY_WRONG, listed(0, *ENTRIES[:3], ENTRIES[3] | {"visibility": "public"})),
    ("total off by one", Kind.COUNT_TOTAL, counted(lambda c: replace(c, total=3))),
    ("status off by one", Kind.COUNT_STATUS, counted(lambda c: replace(c, status={"open": 3}))),
    ("priority off by one", Kind.COUNT_PRIORITY, counted(lambda c: replace(c, priority={"normal": 1, "high": 2}))),
    ("channel off by one", Kind.COUNT_CHANNEL, counted(lambda c: replace(c, channel={"web": 1}))),
    ("tickets of a group off by one", Kind.COUNT_GROUP, counted(lambda c: replace(c, groups={GROUP: (1, 1)}))),
    (
        "live tickets of a group off by one",
        Kind.COUNT_GROUP,
        counted(lambda c: replace(c, groups={**c.groups, GROUP: (1, 0)})),
    ),
    ("a day off by one", Kind.COUNT_DAY, counted(lambda c: replace(c, days=dict(list(c.days.items())[1:])))),
    (
        "first resolution under another priority",
        Kind.COUNT_RESOLUTION,
        counted(lambda c: replace(c, resolutions={"high": c.resolutions["normal"]})),
    ),
    (
        "first resolution off by a millisecond",
        Kind.COUNT_RESOLUTION,
        counted(lambda c: replace(c, resolutions={"normal": (1, c.resolutions["normal"][1] + 1)})),
    ),
    (
        "counters stand behind the log",
        Kind.COUNT_OFFSET,
        lambda history, state: (history, replace(state, offsets={"stats": {}})),
    ),
    ("a stale read under a token", Kind.STALE_UNDER_TOKEN, seen(read(Subject.TICKET, 5, view(ONE, 4)))),
    ("not found under a token", Kind.STALE_UNDER_TOKEN, seen(read(Subject.TICKET, 5, status=404, satisfied=False))),
    ("a list without the ticket", Kind.STALE_UNDER_TOKEN, seen(read(Subject.LIST, 1, view(TWO)))),
    ("a timeline without the entry", Kind.STALE_UNDER_TOKEN, seen(read(Subject.TIMELINE, 2, entry(CREATED)))),
    (
        "a dashboard that counts the past",
        Kind.STALE_UNDER_TOKEN,
        seen(read(Subject.DASHBOARD, 5, {"group": GROUP, "tickets": 1, "live": 0})),
    ),
    ("a dashboard without the group", Kind.STALE_UNDER_TOKEN, seen(read(Subject.DASHBOARD, 2))),
    (
        "reads that go back",
        Kind.WENT_BACK,
        seen(read(Subject.TICKET, 3, view(ONE, 5), at=91), read(Subject.TICKET, 3, view(ONE, 3), at=92)),
    ),
    ("a read of what never was", Kind.READ_UNREAL, seen(read(Subject.TICKET, 0, view(ONE) | {"status": "closed"}))),
    ("a read of the future", Kind.READ_UNREAL, seen(read(Subject.LIST, 0, view(ONE) | {"version": 6}))),
    ("an entry that never was", Kind.READ_UNREAL, seen(read(Subject.TIMELINE, 0, entry(FORGED)))),
    (
        "a ticket counted twice",
        Kind.READ_UNREAL,
        seen(read(Subject.DASHBOARD, 2, {"group": GROUP, "tickets": 2, "live": 2})),
    ),
    ("a read that broke", Kind.SERVER_ERROR, seen(read(Subject.DASHBOARD, 1, status=500, satisfied=False))),
]


@pytest.mark.parametrize(("kind", "plant"), [pytest.param(k, p, id=name) for name, k, p in FAULTS])
def test_each_planted_fault_is_named(kind: Kind, plant: Plant) -> None:
    assert kind in planted(plant)


def test_every_name_has_a_planted_fault() -> None:
    # Two are for the run to say: there is no end state then.
    assert {kind for _, kind, _ in FAULTS} == set(Kind) - {Kind.NOT_CAUGHT_UP, Kind.NOT_JUDGED}
