"""Redrive and drop, planned in memory: what operators ask for is done once, in order, and alike by every projector."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projector_service.domain.messages import NO_EVENT, Fact, Fault, Message
from projector_service.projections import waiting
from projector_service.projections.drops import GIVE_UP_MAX
from projector_service.projections.effects import Outcome
from tests.support.planning import Bench, drop, event, garbage, redrive, sick
from ticket_contracts.views import TicketView


def parked_by(*messages: Message) -> Bench:
    """Return a bench whose ticket has its first event, at offset 0, and these messages behind it."""
    bench = Bench()
    bench.take(event(1, 0), *messages)
    assert bench.parking is not None
    return bench


def whole(versions: int = 6) -> Bench:
    """Return a bench that saw the story without any trouble."""
    bench = Bench()
    bench.take(*(event(v, v - 1) for v in range(1, versions + 1)))
    return bench


def test_a_redrive_after_a_mend_folds_counts_and_unparks_at_its_own_offset() -> None:
    bench = parked_by(sick(event(2, 1)), event(3, 2), event(4, 3))
    bench.mended = {1: event(2, 1)}
    plan = bench.take(redrive(4), event(5, 5))
    assert (bench.parking, bench.waiting, bench.outcomes) == (None, {}, [Outcome.UNPARKED])
    assert (bench.view.version, bench.view.offset, bench.view.stale) == (5, 5, None)
    assert sorted(bench.entries) == [1, 2, 3, 4, 5]
    assert bench.counted() | {"offset": 0} == whole(5).counted() | {"offset": 0}
    assert [at.offset for at in plan.unpark] == [1, 2, 3]
    assert plan.counters[0].offset == 5


def test_more_than_one_transaction_takes_is_folded_by_several_redrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FOLDED_AT_ONCE", 20)
    facts = [replace(f, at=replace(f.at, value=b"ten bytes.")) for f in (event(v, v - 1) for v in range(2, 7))]
    bench = parked_by(sick(facts[0]), *facts[1:])
    bench.mended = {1: facts[0]}
    bench.take(redrive(6))
    assert bench.parking is not None
    assert (bench.view.version, bench.parking.fault, len(bench.waiting)) == (3, Fault.TOO_MUCH, 3)
    assert (bench.view.stale is not None, bench.outcomes) == (True, [Outcome.STILL_PARKED])
    bench.take(redrive(7), redrive(8))
    assert (bench.view.version, bench.is_parked(), bench.waiting) == (6, False, {})
    assert bench.counted() | {"offset": 0} == whole(6).counted() | {"offset": 0}


def test_of_small_ones_no_more_are_folded_than_one_transaction_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MESSAGES_AT_ONCE", 2)
    bench = parked_by(*(event(v, v - 2) for v in range(3, 7)))
    bench.take(event(2, 5))
    assert bench.parking is not None
    assert (bench.view.version, bench.parking.fault, len(bench.waiting)) == (4, Fault.TOO_MUCH, 2)
    bench.take(redrive(6))
    assert (bench.view.version, bench.is_parked(), bench.waiting) == (6, False, {})


def test_a_drop_folds_no_more_for_giving_several_versions_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MESSAGES_AT_ONCE", 1)
    bench = parked_by(event(3, 1), event(5, 2), event(6, 3))
    bench.take(drop(4, version=4))
    assert (bench.view.version, sorted(bench.waiting)) == (4, [2, 3])
    bench.take(redrive(5), redrive(6))
    assert (bench.view.version, bench.is_parked(), bench.waiting) == (6, False, {})


def test_a_view_takes_the_offset_of_the_redrive_that_freed_it() -> None:
    bench = parked_by(sick(event(2, 1)))
    bench.mended = {1: event(2, 1)}
    bench.take(redrive(7))
    assert (bench.view.version, bench.view.offset) == (2, 7)


def test_a_redrive_in_the_batch_of_its_poison_sees_what_came_before_it() -> None:
    bench = Bench()
    bench.take(event(1, 0), event(3, 1), redrive(2), event(2, 3))
    assert (bench.parking, bench.view.version, bench.outcomes) == (None, 3, [Outcome.STILL_PARKED])


def test_what_still_fails_stays_parked_with_its_new_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = parked_by(sick(event(2, 1)), event(3, 2))
    bench.mended = {1: event(2, 1)}

    def broken(view: TicketView | None, fact: Fact) -> TicketView:
        raise ZeroDivisionError

    monkeypatch.setattr("projector_service.projections.steps.fold", broken)
    plan = bench.take(redrive(3))
    assert bench.outcomes == [Outcome.STILL_PARKED]
    assert bench.parking is not None
    assert (bench.parking.fault, bench.parking.detail) == (Fault.FOLD_FAILED, "ZeroDivisionError")
    assert bench.reasons == {1: "fold-failed: ZeroDivisionError", 2: "waits"}
    assert (bench.view.version, bench.view.offset) == (1, 3)
    assert (plan.newly_parked, plan.outcomes) == ([], [])


def test_a_second_redrive_finds_nothing_to_do() -> None:
    bench = parked_by(sick(event(2, 1)))
    bench.mended = {1: event(2, 1)}
    bench.take(redrive(2), redrive(3))
    counted = bench.counted()
    bench.take(redrive(4))
    assert bench.outcomes == [Outcome.NOT_PARKED]
    assert bench.counted() == counted | {"offset": 4}
    assert bench.view.offset == 4


def test_a_redrive_read_again_is_published_again_and_counts_nothing() -> None:
    bench = parked_by(sick(event(2, 1)), event(3, 2))
    bench.mended = {1: event(2, 1)}
    bench.take(redrive(3))
    before = bench.state()
    plan = bench.take(redrive(3))
    assert bench.state() == before
    assert (plan.counted(), plan.changed, plan.touched) == ([], set(), {bench.ticket.id})
    assert plan.retold == {bench.ticket.id: 0}
    assert plan.complete() == [0]


def test_a_redrive_of_a_ticket_nobody_knows_does_nothing() -> None:
    bench = Bench()
    plan = bench.take(redrive(0))
    assert (plan.tickets, plan.changed, bench.outcomes) == ({}, set(), [Outcome.NOT_PARKED])
    assert bench.counters.offset == 0


def test_dropped_garbage_takes_nothing_with_it() -> None:
    bench = parked_by(garbage(1), event(2, 2), event(3, 3))
    bench.take(drop(4, message=1))
    assert (bench.parking, bench.waiting, bench.view.version) == (None, {}, 3)
    assert [bench.entries[v]["type"] for v in (1, 2, 3)] == ["TicketCreated", "TicketAssigned", "AgentNoteAdded"]
    (record,) = bench.plan.drops
    assert (record.messages, record.versions) == ((1,), ())


def test_a_dropped_event_leaves_its_version_empty_and_later_ones_go_on() -> None:
    bench = parked_by(sick(event(2, 1)), event(3, 2))
    bench.take(drop(3, message=1, version=2), event(4, 4))
    assert (bench.parking, bench.view.version, bench.view.group) == (None, 4, None)
    entry = bench.entries[2]
    assert (entry["type"], entry["visibility"], entry["event_id"]) == ("VersionDropped", "internal", "event-2")
    assert entry["data"] == {"operator": "eve", "reason": "no use"}
    assert [e.version for e in bench.view.recent] == [1, 2, 3, 4]
    assert bench.counted()["total"] == 1
    (record,) = bench.plan.drops
    assert (record.messages, record.versions) == ((1,), (2,))


def test_the_last_event_dropped_counts_as_a_version_so_that_nobody_waits_for_it() -> None:
    bench = parked_by(sick(event(2, 1)))
    bench.take(drop(2, message=1, version=2))
    assert (bench.parking, bench.view.version, bench.view.offset) == (None, 2, 2)
    assert bench.view.updated_at == whole(1).view.updated_at


def test_redelivery_of_a_dropped_event_changes_nothing() -> None:
    again = sick(event(2, 3))
    bench = parked_by(sick(event(2, 1)), again)
    bench.take(drop(4, message=1, version=2))
    assert (bench.parking, bench.plan.drops[0].messages) == (None, (1, 3))
    plan = bench.take(sick(event(2, 5)), event(2, 6), event(3, 7))
    assert (bench.parking, bench.view.version, plan.repeated) == (None, 3, 2)
    assert plan.old_entries == []


def test_another_event_of_a_dropped_version_is_never_lost_in_silence() -> None:
    bench = parked_by(sick(event(2, 1)))
    bench.take(drop(2, message=1, version=2), event(2, 3, event_id="another"))
    assert bench.parking is not None
    assert bench.parking.fault is Fault.CONFLICT
    lost = parked_by(event(3, 1))
    lost.take(drop(2, version=2), event(2, 3))
    assert lost.entries[2]["event_id"] == NO_EVENT
    assert lost.parking is not None
    assert lost.parking.detail == "version 2 was given up before it came"


def test_a_forged_version_is_dropped_and_the_true_one_folds() -> None:
    forged = sick(event(2, 1, event_id="forged"))
    bench = parked_by(forged, event(2, 2), event(3, 3))
    bench.take(drop(4, message=1, version=2))
    assert (bench.parking, bench.view.version, bench.entries[2]["event_id"]) == (None, 3, "event-2")
    assert (bench.plan.drops[0].messages, bench.plan.drops[0].versions) == ((1,), ())


def test_missing_versions_are_given_up_and_those_that_wait_are_not() -> None:
    bench = parked_by(event(5, 1), event(3, 2))
    bench.take(drop(3, version=4))
    assert (bench.parking, bench.view.version) == (None, 5)
    assert [bench.entries[v]["type"] for v in range(1, 6)] == [
        "TicketCreated",
        "VersionDropped",
        "AgentNoteAdded",
        "VersionDropped",
        "TicketReopened",
    ]


def test_a_version_far_ahead_is_dropped_as_a_message_and_not_by_filling_the_hole() -> None:
    far = sick(event(2, 1))
    far = type(far)(far.at, far.ticket_id, far.fault, far.detail, GIVE_UP_MAX + 10, "forged")
    bench = parked_by(far)
    assert bench.parking is not None
    assert (bench.parking.fault, bench.parking.missing) == (Fault.GAP, 2)
    bench.take(drop(2, version=GIVE_UP_MAX + 9))
    assert (bench.view.version, bench.outcomes) == (1, [Outcome.STILL_PARKED])
    bench.take(drop(3, message=1), event(2, 4))
    assert (bench.is_parked(), bench.view.version) == (False, 2)


def test_a_drop_of_what_is_no_longer_there_gives_nothing_up() -> None:
    bench = whole(3)
    bench.take(drop(3, message=1, version=2))
    assert (bench.view.version, bench.parking, bench.entries[2]["type"]) == (3, None, "TicketAssigned")
    assert (bench.plan.drops[0].messages, bench.plan.drops[0].versions) == ((), ())


def test_a_version_that_waits_as_poison_is_not_given_up_unnamed() -> None:
    bench = parked_by(sick(event(2, 1)))
    bench.take(drop(2, version=2))
    assert (bench.view.version, bench.outcomes) == (1, [Outcome.STILL_PARKED])


def test_the_first_event_cannot_be_given_up() -> None:
    bench = Bench()
    bench.take(sick(event(1, 0)), event(2, 1))
    bench.take(drop(2, message=0, version=1))
    assert (bench.ticket.view, bench.outcomes) == (None, [Outcome.STILL_PARKED])
    assert bench.parking is not None
    assert (bench.parking.fault, bench.parking.missing) == (Fault.GAP, 1)
    bench.take(event(1, 3))
    assert (bench.is_parked(), bench.view.version) == (False, 2)


def test_a_ticket_of_which_all_was_dropped_is_born_when_its_first_event_comes() -> None:
    bench = Bench()
    bench.take(garbage(0), drop(1, message=0))
    assert bench.outcomes == [Outcome.UNPARKED]
    assert bench.parking is not None
    assert bench.parking.fault is Fault.DROPPED
    bench.take(event(2, 2))
    assert bench.plan.newly_parked == [bench.ticket.id]
    assert bench.reasons == {2: "waits"}
    bench.take(event(1, 3))
    assert (bench.is_parked(), bench.view.version, bench.plan.moves_waiting()) == (False, 2, True)


def test_poison_at_its_turn_is_named_as_what_holds_a_gap() -> None:
    bench = parked_by(event(3, 1), sick(event(2, 2)))
    assert bench.parking is not None
    assert (bench.parking.fault, bench.parking.missing) == (Fault.UNKNOWN_TYPE, None)


def test_poison_of_a_later_version_holds_back_nothing_before_it() -> None:
    bench = parked_by(sick(event(3, 1)), event(4, 2), event(2, 3))
    assert (bench.view.version, bench.parking and bench.parking.fault) == (2, Fault.UNKNOWN_TYPE)
    bench.mended = {1: event(3, 1)}
    bench.take(redrive(4))
    assert (bench.parking, bench.view.version) == (None, 4)


def test_the_breaker_does_not_count_another_attempt() -> None:
    bench = parked_by(garbage(1), *(event(v, v) for v in range(2, 7)))
    assert bench.take(redrive(7)).outcomes == []


@given(st.data())
def test_any_log_with_controls_comes_to_the_same_however_it_is_cut(data: st.DataObject) -> None:
    kinds = st.sampled_from(["event", "sick", "garbage", "redrive", "drop-message", "drop-version", "drop-both"])
    log: list[Message] = [event(1, 0)]
    for offset in range(1, data.draw(st.integers(2, 14))):
        version = data.draw(st.integers(1, 6))
        message = data.draw(st.integers(0, offset))
        made: dict[str, Message] = {
            "event": event(version, offset),
            "sick": sick(event(version, offset, event_id=f"sick-{version}")),
            "garbage": garbage(offset),
            "redrive": redrive(offset),
            "drop-message": drop(offset, message=message),
            "drop-version": drop(offset, version=version),
            "drop-both": drop(offset, message=message, version=version),
        }
        log.append(made[data.draw(kinds)])
    whole_log, cut = Bench(), Bench()
    whole_log.take(*log)
    start = 0
    while start < len(log):
        end = data.draw(st.integers(start + 1, len(log)))
        cut.take(*log[start:end])
        before = cut.state()
        cut.take(*log[start:end])  # a crash came before the position was stored
        assert cut.state() == before
        start = end
    assert cut.state() == whole_log.state()
    assert cut.view.version == max(cut.entries) == len(cut.entries)
    assert (cut.parking is None) == (not cut.waiting) == (cut.view.stale is None)


@given(st.data())
def test_what_readers_are_shown_anew_has_a_higher_guard(data: st.DataObject) -> None:
    bench, shown, guard = Bench(), b"", (0, -1)
    for offset in range(data.draw(st.integers(2, 14))):
        version, message = data.draw(st.integers(1, 4)), data.draw(st.integers(0, offset))
        fault = data.draw(st.sampled_from([Fault.UNKNOWN_TYPE, Fault.INVALID_EVENT]))
        poison = sick(event(version, offset, event_id=f"sick-{version}"), fault)
        events: list[Message] = [event(version, offset), poison, garbage(offset)]
        controls: list[Message] = [redrive(offset), drop(offset, message=message), drop(offset, version=version)]
        bench.take(data.draw(st.sampled_from([*events, *controls])))
        record = bench.ticket.record() if bench.tickets else None
        body = b"" if record is None else record.model_dump_json().encode()
        if record is not None and body != shown:
            assert (record.version, record.offset) > guard
            shown, guard = body, (record.version, record.offset)
