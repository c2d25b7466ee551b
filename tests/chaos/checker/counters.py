"""The counters equal a count over the views, of all tickets that the log knows, whoever made them."""

from collections.abc import Iterator

from tests.chaos.checker.counting import count
from tests.chaos.checker.parking import tickets_on_log
from tests.chaos.checker.state import Counts, EndState
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
    for record in (*state.log, *state.asides):
        ends[record.partition] = max(record.offset, ends.get(record.partition, -1))
    for place, offsets in state.offsets.items():
        for partition, end in ends.items():
            if offsets.get(partition, -1) != end:
                said = f"partition {partition} at {offsets.get(partition, -1)}, the log ends with {end}"
                yield Violation(Kind.COUNT_OFFSET, place, said)


def _count(state: EndState) -> Counts:
    tickets = tickets_on_log(state).values()
    shown = (ticket.states[-1] for ticket in tickets if ticket.states)
    return count(shown, (event for ticket in tickets for event in ticket.events))
