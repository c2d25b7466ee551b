"""The checker on a run with poison: nothing is wrong in a sound one, and each fault planted into it is named."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos import poisoned_run as run
from tests.chaos import sound_run
from tests.chaos.checker.judge import judge
from tests.chaos.checker.state import Counts, EndState, Json, Poison
from tests.chaos.checker.violations import Kind
from tests.chaos.history import History, Subject
from tests.chaos.sound_run import ONE, TWO

Plant = Callable[[History, EndState], tuple[History, EndState]]


def test_a_sound_run_with_poison_is_sound() -> None:
    assert judge(run.history(), run.end_state()) == []


def shown(change: Callable[[Json], Json]) -> Plant:
    """Plant other views of both tickets into every place."""
    return lambda history, state: (
        history,
        replace(state, views=[replace(v, documents=[change(d) for d in v.documents]) for v in state.views]),
    )


def listed(*documents: Json) -> Plant:
    """Plant other entries into every place."""
    return lambda history, state: (
        history,
        replace(state, entries=[replace(e, documents=list(documents)) for e in state.entries]),
    )


def counted(change: Callable[[Counts], Counts]) -> Plant:
    """Plant another count into every place."""
    return lambda history, state: (
        history,
        replace(state, counts={place: change(counts) for place, counts in state.counts.items()}),
    )


def with_note(view: Json) -> Json:
    """Return the view of ticket one as if its note did not wait."""
    seen = {"version": 2, "note_count": 1, "has_note": True, "event_id": run.NOTED.id, "offset": 12}
    return view | seen if view["id"] == ONE else view


def back_at_one(view: Json) -> Json:
    """Return the view of ticket two as if nothing had been given up."""
    return view | {"version": 1, "status": "open", "closed_at": None} if view["id"] == TWO else view


ENTRIES = run.entries()

FAULTS: list[tuple[str, Kind, Plant]] = [
    ("a parked ticket does not say so", Kind.VIEW_UNPARKED, shown(lambda view: view | {"stale": None})),
    ("a ticket that was freed says that it waits", Kind.VIEW_PARKED, shown(lambda view: view | {"stale": run.STALE})),
    ("what waits is shown", Kind.VIEW_WRONG, shown(with_note)),
    ("what waits is in the timeline", Kind.ENTRY_UNASKED, listed(*ENTRIES, run.waiting_entry())),
    ("what waits is not on the log", Kind.LOST, lambda h, s: (h, replace(s, log=[r for r in s.log if r.offset != 12]))),
    ("what waits is not in the store", Kind.LOST, lambda h, s: (h, replace(s, stored=[run.CREATED]))),
    ("a parked ticket is gone", Kind.VIEW_MISSING, lambda h, s: (h, _without(s, ONE))),
    ("a parked ticket is not counted", Kind.COUNT_TOTAL, counted(lambda c: replace(c, total=1))),
    ("what was given up holds its ticket", Kind.VIEW_STALE, shown(back_at_one)),
    ("a version that was given up is in no timeline", Kind.ENTRY_MISSING, listed(ENTRIES[0], *ENTRIES[2:])),
    (
        "it is not said who gave a version up",
        Kind.ENTRY_WRONG,
        listed(*ENTRIES[:2], ENTRIES[2] | {"data": {}}, *ENTRIES[3:]),
    ),
    ("customers see who gave a version up", Kind.ENTRY_WRONG, listed(*(e | {"visibility": "public"} for e in ENTRIES))),
    ("a version that was given up counts as a day's event", Kind.COUNT_DAY, counted(lambda c: replace(c, days={}))),
    (
        "a view did not take the request's place",
        Kind.READER_DIFFERS,
        shown(lambda view: view | {"offset": min(view["offset"], 21)}),
    ),
    ("counters stand before the request", Kind.COUNT_OFFSET, lambda h, s: (h, replace(s, offsets={"stats": {}}))),
    ("somebody wrote whom nobody knows", Kind.LOG_UNSTORED, lambda h, s: (replace(h, written=h.written[:2]), s)),
    ("poison that was not dropped let its ticket go", Kind.VIEW_WRONG, lambda h, s: (h, _poisoned(s))),
    (
        "a read shows what waits",
        Kind.READ_UNREAL,
        lambda h, s: (replace(h, reads=[sound_run.read(Subject.TICKET, 0, with_note(run.view(ONE)))]), s),
    ),
    (
        "a read that claims to hold what waits",
        Kind.STALE_UNDER_TOKEN,
        lambda h, s: (replace(h, reads=[sound_run.read(Subject.TICKET, 2, run.view(ONE))]), s),
    ),
]


def _without(state: EndState, ticket: str) -> EndState:
    views = [replace(v, documents=[d for d in v.documents if d["id"] != ticket]) for v in state.views]
    return replace(state, views=views)


def _poisoned(state: EndState) -> EndState:
    """Return the state with poison before the event that closed ticket two."""
    closed = replace(state.log[3], offset=23)
    request = replace(run.ASKED, offset=24)
    return replace(state, log=[*state.log[:3], closed], asides=[Poison(run.THERE, 21, TWO), request])


@pytest.mark.parametrize(("kind", "plant"), [pytest.param(k, p, id=name) for name, k, p in FAULTS])
def test_each_fault_planted_beside_poison_is_named(kind: Kind, plant: Plant) -> None:
    assert kind in {violation.kind for violation in judge(*plant(run.history(), run.end_state()))}
