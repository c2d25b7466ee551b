"""Folding, counting and planning in memory: what any order of delivery must come to."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_service.domain.breaker import Breaker, TooMuchPoison
from projector_service.domain.counters import Counters, within_limits
from projector_service.domain.fold import CannotFold, fold, preview_of
from projector_service.domain.messages import Fact, Fault, Message, Poison, Received
from projector_service.domain.tickets import Ticket
from projector_service.projections.effects import BatchPlan
from projector_service.projections.plan import Planner
from tests.support.event_types import type_of
from ticket_contracts.events import Event, TicketTagsChanged
from ticket_contracts.fields import Priority
from ticket_contracts.stats import StatsRecord
from ticket_contracts.upcasting import parse_event
from ticket_contracts.views import TicketView

TICKET = "0190d5a0-0000-7000-8000-000000000001"
START = datetime(2024, 5, 1, 23, 30, tzinfo=UTC)

STEPS: list[tuple[str, dict[str, Any]]] = [
    (
        "TicketCreated",
        {"customer": {"id": "c"}, "subject": "s", "message": "m", "channel": "ivr", "priority": "low", "tags": ["a"]},
    ),
    ("TicketAssigned", {"group": "a.b", "assignee": None}),
    ("TicketStatusChanged", {"status": "waiting", "waiting_reason": "vendor"}),
    ("TicketPriorityChanged", {"priority": "urgent"}),
    ("TicketTagsChanged", {"added": ["b"], "removed": ["a"]}),
    ("AgentNoteAdded", {"note": "n"}),
    ("ReplyAdded", {"author": "customer", "message": "hello"}),
    ("TicketResolved", {"resolution": "restarted"}),
    ("TicketReopened", {}),
    ("TicketAssigned", {"group": "$x", "assignee": "eve"}),
    ("TicketResolved", {}),
    ("TicketClosed", {}),
]


def fact(version: int, offset: int | None = None, name: str = "", data: dict[str, Any] | None = None) -> Fact:
    """Return the event of one step of the story, one hour after the other."""
    step, body = STEPS[version - 1]
    time = START + timedelta(hours=version - 1)
    at = Received(0, version - 1 if offset is None else offset, TICKET.encode(), b"", time)
    event = parse_event(type_of(name or step), body if data is None else data)
    return Fact(at, TICKET, version, f"event-{version}", event, time, time)


def tags(added: list[str]) -> Event:
    """Return a change of tags that no ticket can take."""
    return TicketTagsChanged(added=()).model_copy(update={"added": tuple(added)})


def folded(versions: int = len(STEPS)) -> TicketView:
    """Return the view after the first events of the story."""
    view = None
    for version in range(1, versions + 1):
        view = fold(view, fact(version))
    assert view is not None
    return view


@pytest.mark.parametrize(
    ("versions", "awaiting"),
    [(1, "us"), (6, "us"), (7, "us"), (8, "us")],
)
def test_a_ticket_awaits_us_until_an_agent_replies(versions: int, awaiting: str) -> None:
    assert folded(versions).awaiting == awaiting


def test_a_ticket_awaits_whoever_did_not_speak_last() -> None:
    answer, question = ({"author": author, "message": "m"} for author in ("agent", "customer"))
    answered = fold(folded(6), fact(7, data=answer))
    assert answered.awaiting == "customer"
    assert fold(answered, fact(8, name="AgentNoteAdded", data={"note": "n"})).awaiting == "customer"
    assert fold(answered, fact(8, name="ReplyAdded", data=question)).awaiting == "us"


def test_a_view_older_than_the_field_says_nothing_until_somebody_speaks() -> None:
    older = folded(5).model_copy(update={"awaiting": None})
    assert fold(older, fact(6)).awaiting is None


def test_the_whole_story_folds() -> None:
    view = folded()
    assert (view.version, view.status, view.priority, view.group, view.assignee) == (
        12,
        "closed",
        "urgent",
        "$x",
        "eve",
    )
    assert (view.has_note, view.note_count, view.reply_count, view.reopen_count, view.tags) == (True, 1, 1, 1, ("b",))
    assert view.first_resolved_at == START + timedelta(hours=7)
    assert view.resolved_at == START + timedelta(hours=10)
    assert view.closed_at == view.updated_at == START + timedelta(hours=11)
    assert [entry.version for entry in view.recent] == [8, 9, 10, 11, 12]
    assert view.waiting_reason is None


@pytest.mark.parametrize("contact", [None, "kim@example.org", {"kid": TICKET, "sealed": "A" * 40}])
def test_readers_see_the_customers_id_and_nothing_of_where_to_reach_them(contact: Any) -> None:
    created = fold(None, fact(1, data=STEPS[0][1] | {"customer": {"id": "c", "contact": contact}}))
    version_1 = {name: value for name, value in STEPS[0][1].items() if name != "customer"} | {"customer_id": "c"}
    older = replace(fact(1), event=parse_event("tickets.TicketCreated.v1", version_1))
    assert created == fold(None, older)
    assert created.recent[0].data["customer_id"] == created.customer_id == "c"
    assert "contact" not in created.model_dump_json()


def test_a_reopening_takes_the_resolution_back() -> None:
    assert folded(8).resolution == "restarted"
    assert (folded(9).resolved_at, folded(9).resolution, folded(9).status) == (None, None, "open")


def test_a_ticket_is_created_once_and_first() -> None:
    with pytest.raises(CannotFold):
        fold(folded(1), fact(2, name="TicketCreated", data=STEPS[0][1]))
    with pytest.raises(CannotFold):
        fold(None, fact(2))


def test_tags_beyond_twenty_cannot_be_folded() -> None:
    view = folded(1).model_copy(update={"tags": tuple(f"t{n}" for n in range(20))})
    with pytest.raises(CannotFold):
        fold(view, fact(2, name="TicketTagsChanged", data={"added": ["one more"]}))


@pytest.mark.parametrize(
    ("message", "preview"),
    [("a \t\n b", "a b"), ("  x ", " x "), ("é" * 60, "é" * 50), ("a" * 49 + "  bc", "a" * 49 + " ")],
)
def test_preview(message: str, preview: str) -> None:
    assert preview_of(message) == preview


@given(st.integers(1, len(STEPS)))
def test_counters_equal_a_count_over_the_views(versions: int) -> None:
    counters, view = Counters(0), None
    for version in range(1, versions + 1):
        before, view = view, fold(view, fact(version))
        counters.count(before, view, fact(version).event, fact(version).occurred_at)
    assert view is not None
    record = counters.record()
    assert (record.total, record.by_status, record.by_priority) == (1, {view.status: 1}, {view.priority: 1})
    assert [(g.key, g.tickets, g.live) for g in record.by_group] == [(view.group, 1, int(view.status.live))]
    assert sum(r.tickets for r in record.first_resolution) == (view.first_resolved_at is not None)
    assert Counters.of(json.loads(record.model_dump_json())).record() == record


def test_days_are_those_of_occurrence_in_utc() -> None:
    counters = Counters(0)
    counters.count(None, folded(1), fact(1).event, START.astimezone(UTC))
    counters.count(folded(11), folded(12), fact(12).event, START + timedelta(hours=1))
    assert [(d.day.isoformat(), d.created, d.closed) for d in counters.record().daily] == [
        ("2024-05-01", 1, 0),
        ("2024-05-02", 0, 1),
    ]


def planned(batches: list[list[Message]]) -> tuple[Ticket, Counters, list[int]]:
    """Return what some batches come to, with the ticket and what waits carried from each to the next."""
    counters, tickets, ids = Counters(0), dict[str, Ticket](), dict[tuple[str, int], str]()
    waiting: dict[int, Message] = {}
    entries: list[int] = []
    for batch in batches:
        plan = BatchPlan({0: counters}, {0: counters.offset}, tickets)
        version = tickets[TICKET].version if TICKET in tickets else 0
        known = {key: event_id for key, event_id in ids.items() if key[1] <= version}
        planner = Planner(plan, known, {TICKET: [waiting[o] for o in sorted(waiting)]})
        for message in batch:
            planner.take(message)
        waiting |= {parked.at.offset: m for parked in plan.park for m in batch if m.at == parked.at}
        for at in plan.unpark:
            del waiting[at.offset]
        ids |= {(e.ticket_id, e.version): e.event_id for e in plan.new_entries}
        entries += [e.version for e in plan.new_entries]
    return tickets[TICKET], counters, entries


@given(st.data())
def test_any_order_with_duplicates_comes_to_the_same(data: st.DataObject) -> None:
    versions = list(range(1, len(STEPS) + 1))
    extra = data.draw(st.lists(st.sampled_from(versions), max_size=10))
    order = data.draw(st.permutations(versions + extra))
    messages: list[Message] = [fact(version, offset) for offset, version in enumerate(order)]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(messages) - 1), max_size=4)))
    batches = [messages[a:b] for a, b in zip([0, *cuts], [*cuts, len(messages)], strict=True)]
    ticket, counters, entries = planned(batches)
    expected = folded()
    assert ticket.parking is None
    assert ticket.view is not None
    assert ticket.view.model_copy(update={"offset": expected.offset}) == expected
    assert sorted(entries) == versions
    assert Counter(counters.record().by_status) == {"closed": 1}
    assert counters.offset == len(order) - 1


def test_a_repeated_batch_is_published_again_and_counts_nothing() -> None:
    counters = Counters(0)
    counters.offset = 11
    plan = BatchPlan({0: counters}, {0: 11}, {TICKET: Ticket(TICKET, 0, folded())})
    planner = Planner(plan, {(TICKET, v): f"event-{v}" for v in range(1, 12)}, {})
    for version in range(1, 13):
        planner.take(fact(version))
    assert plan.counted() == []
    assert (plan.touched, plan.changed) == ({TICKET}, set())
    assert (plan.repeated, plan.retold) == (12, {TICKET: 0})
    assert counters.total == 0


def test_poison_holds_back_what_follows_and_keeps_its_order() -> None:
    poison = Poison(Received(0, 1, TICKET.encode(), b"?", START), TICKET, Fault.UNREADABLE, "body")
    ticket, _, entries = planned([[fact(1, 0), poison, fact(2, 2), fact(3, 3)]])
    assert ticket.parking is not None
    assert (ticket.parking.fault, ticket.parking.missing, ticket.version) == (Fault.UNREADABLE, None, 1)
    assert entries == [1]


def test_a_heal_keeps_what_it_cannot_fold() -> None:
    many = [f"t{n}" for n in range(21)]
    overfull = Fact(Received(0, 1, b"", b"", START), TICKET, 3, "e-3", tags(many), START, START)
    later, missing = fact(4, 2), fact(2, 3)
    counters = Counters(0)
    plan = BatchPlan({0: counters}, {0: -1}, {})
    planner = Planner(plan, {}, {})
    for message in (fact(1, 0), overfull, later, missing):
        planner.take(message)
    assert plan.tickets[TICKET].parking is not None
    assert plan.tickets[TICKET].version == 2
    assert plan.unpark == []


def test_counters_are_published_only_with_everything_that_they_count() -> None:
    counters = Counters(0)
    counters.offset = 99
    plan = BatchPlan({0: counters}, {0: 99}, {TICKET: Ticket(TICKET, 0, folded())})
    planner = Planner(plan, {(TICKET, v): f"event-{v}" for v in range(1, 13)}, {})
    planner.take(fact(11, 98))
    assert plan.complete() == []
    planner.take(fact(12, 99))
    assert plan.complete() == [0]
    assert plan.retold == {TICKET: 10}


def test_a_conflict_among_the_waiting_keeps_the_ticket_parked() -> None:
    other = Fact(Received(0, 2, b"", b"", START), TICKET, 3, "another", fact(3).event, START, START)
    ticket, _, entries = planned([[fact(1, 0), fact(3, 1), other, fact(2, 3)]])
    assert ticket.parking is not None
    assert ticket.parking.fault is Fault.CONFLICT
    assert entries == [1, 2, 3]


def test_the_breaker_opens_when_most_messages_fail_for_many_tickets() -> None:
    breaker = Breaker(window=100, tickets=20)
    breaker.note((True, f"ticket-{n}" if n < 19 else None) for n in range(51))
    breaker.check([])
    with pytest.raises(TooMuchPoison):
        breaker.check([(True, "ticket-20")])


def test_a_batch_that_ends_well_opens_the_breaker_all_the_same() -> None:
    breaker = Breaker(window=100, tickets=20)
    with pytest.raises(TooMuchPoison, match="51 of the last 51"):
        breaker.check([*((True, f"ticket-{n}") for n in range(300)), *[(False, None)] * 100])
    breaker.note([*[(False, None)] * 60, *((True, f"ticket-{n}") for n in range(40))])
    with pytest.raises(TooMuchPoison, match="51 of the last 100"):
        breaker.check([*((True, f"ticket-{n}") for n in range(40, 60)), *[(False, None)] * 80])


def test_what_was_not_stored_does_not_open_the_breaker() -> None:
    breaker = Breaker(window=100, tickets=20)
    failures = [(True, f"ticket-{n}") for n in range(30)]
    for _ in range(10):
        breaker.check(failures)


def test_a_breaker_that_resumes_opens_at_twenty_new_tickets_and_never_without_them() -> None:
    breaker = Breaker(window=100, tickets=20)
    breaker.resume(waiting=51)
    breaker.note((True, None) for _ in range(40))  # what comes for tickets that are parked already
    breaker.check([(True, f"ticket-{n}") for n in range(19)])
    with pytest.raises(TooMuchPoison):
        breaker.check([(True, f"ticket-{n}") for n in range(20)])
    breaker.note((False, None) for _ in range(100))
    breaker.check([(True, f"ticket-{n}") for n in range(20)])


def test_the_breaker_stays_closed_for_a_few_sick_tickets() -> None:
    breaker = Breaker(window=100, tickets=20)
    breaker.note((n % 2 == 0, f"ticket-{n}" if n % 2 == 0 else None) for n in range(98))
    breaker.check([])


def test_counters_beyond_the_contract_are_stored_exactly_and_published_within_it() -> None:
    counters = Counters(0)
    counters.groups.update({f"group-{n}": 1 for n in range(10_001)} | {"largest": 9})
    counters.days.update({date.fromordinal(n + 1): Counter(created=1) for n in range(36_526)})
    counters.resolutions[Priority.LOW], counters.resolution_ms[Priority.LOW] = 1, 2**60
    exact = counters.record()
    assert Counters.of(json.loads(exact.model_dump_json())).record() == exact
    published = StatsRecord.model_validate_json(within_limits(exact).model_dump_json())
    assert (len(published.by_group), published.by_group[0].key) == (10_000, "largest")
    assert (len(published.daily), published.daily[-1].day) == (36_525, date.fromordinal(36_526))
    assert published.first_resolution[0].total_ms == 2**53 - 1
    assert within_limits(counters_of_one := Counters(1).record()) is counters_of_one
