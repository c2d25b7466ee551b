"""The counters equal a count over the views, of all tickets that the log knows, whoever made them."""

from collections.abc import Iterator

from tests.chaos.checker.counting import count
from tests.chaos.checker.fold import fold
from tests.chaos.checker.state import Counts, EndState, Event
from tests.chaos.checker.violations import Kind, Violation

_PARTS = (
    ("total", Kind.COUNT_TOTAL),
    ("status", Kind.COUNT_STATUS),
    ("priority", Kind.COUNT_PRIORITY),
    ("channel", Kind.COUNT_CHANNEL),
    ("groups", Kind.COUNT_GROUP),
    ("days", Kind.COUNT_DAY),
    ("resolutions", Kind.COUNT_RESOLUTION),
)


def check_counters(state: EndState) -> Iterator[Violation]:
    """Yield where the counters of a place are not the count, or stand at another offset than the log's last."""
    expected = _count(state)
    for place, found in state.counts.items():
        for part, kind in _PARTS:
            want, have = getattr(expected, part), getattr(found, part)
            if want != have:
                yield Violation(kind, place, f"{have}, counted {want}")
    ends: dict[int, int] = {}
    for record in state.log:
        ends[record.partition] = max(record.offset, ends.get(record.partition, -1))
    for place, offsets in state.offsets.items():
        for partition, end in ends.items():
            if offsets.get(partition, -1) != end:
                said = f"partition {partition} at {offsets.get(partition, -1)}, the log ends with {end}"
                yield Violation(Kind.COUNT_OFFSET, place, said)


def _count(state: EndState) -> Counts:
    events: dict[str, dict[str, Event]] = {}
    for record in state.log:
        events.setdefault(record.event.ticket, {}).setdefault(record.event.id, record.event)
    folded = {ticket: fold(known.values()) for ticket, known in events.items()}
    counted = [
        event for ticket, known in events.items() for event in known.values() if event.version <= len(folded[ticket])
    ]
    return count((states[-1] for states in folded.values() if states), counted)
