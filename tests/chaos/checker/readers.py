"""Whoever keeps a copy of all views keeps the last one of every ticket, also of those that the history left alone."""

from collections.abc import Iterator

from tests.chaos.checker.fold import fold
from tests.chaos.checker.state import GUARD_FIELDS, EndState, LogRecord
from tests.chaos.checker.violations import Kind, Violation

Guards = dict[str, tuple[int, int]]
"""By ticket: its version, and the offset of the message that made it."""


def check_readers(state: EndState) -> Iterator[Violation]:
    """Yield the tickets that a topic or database has not as the log ends with them."""
    expected = _expected(state)
    for views in state.views:
        if not views.fields >= GUARD_FIELDS:
            continue
        shown = (document for document in views.documents if document.get("kind") != "erased")
        kept = {document["id"]: (document["version"], document["offset"]) for document in shown}
        for ticket in sorted(expected.keys() | kept.keys()):
            if kept.get(ticket) != expected.get(ticket):
                said = f"{views.place} has {kept.get(ticket)}, the log {expected.get(ticket)}"
                yield Violation(Kind.READER_DIFFERS, ticket, said)


def _expected(state: EndState) -> Guards:
    first: dict[str, dict[str, LogRecord]] = {}
    for record in state.log:
        first.setdefault(record.event.ticket, {}).setdefault(record.event.id, record)
    found: Guards = {}
    for ticket, records in first.items():
        if states := fold(record.event for record in records.values()):
            last = states[-1]
            # What came out of order is shown once the missing one is there; an operator's request moves it once more.
            reached = max(r.offset for r in records.values() if r.event.version <= last["version"])
            found[ticket] = (last["version"], max(reached, state.controls.get(ticket, -1)))
    return found
