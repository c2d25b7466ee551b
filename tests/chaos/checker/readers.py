"""Whoever keeps a copy of all views keeps the last one of every ticket, also of those that the history left alone."""

from collections.abc import Iterator

from tests.chaos.checker.parking import tickets_on_log
from tests.chaos.checker.state import GUARD_FIELDS, EndState
from tests.chaos.checker.violations import Kind, Violation


def check_readers(state: EndState) -> Iterator[Violation]:
    """Yield the tickets that a topic or database has not as the log ends with them."""
    tickets = tickets_on_log(state)
    expected = {ticket: (found.version, found.offset) for ticket, found in tickets.items() if found.version}
    for views in state.views:
        if not views.fields >= GUARD_FIELDS:
            continue
        # What was erased, or is parked before its birth, is no view.
        shown = (document for document in views.documents if document.get("kind", "view") == "view")
        kept = {document["id"]: (document["version"], document["offset"]) for document in shown}
        for ticket in sorted(expected.keys() | kept.keys()):
            if kept.get(ticket) != expected.get(ticket):
                said = f"{views.place} has {kept.get(ticket)}, the log {expected.get(ticket)}"
                yield Violation(Kind.READER_DIFFERS, ticket, said)
