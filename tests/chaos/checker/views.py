"""Every place that shows tickets shows each once, as the fold of the log has it."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.fold import without_nulls
from tests.chaos.checker.state import ITEM_FIELDS, Json, Views
from tests.chaos.checker.violations import Kind, Violation
from ticket_contracts.partitioning import partition_of


def check_views(evidence: Evidence) -> Iterator[Violation]:
    """Yield what is missing, double, behind, parked or wrong among the views of the history's tickets."""
    expected = _expected(evidence)
    for views in evidence.state.views:
        yield from _tickets(evidence, views, expected)
        for document in views.documents:
            if document["id"] in evidence.tickets:
                parked = bool(evidence.on_log[document["id"]].waiting)
                yield from _parking(views, document, parked=parked)
                yield from _document(views, document, expected.get(document["id"]))


def _expected(evidence: Evidence) -> dict[str, Json]:
    expected = {}
    for ticket, found in evidence.on_log.items():
        if found.states:
            where = {"kind": "view", "partition": partition_of(ticket), "offset": found.offset}
            expected[ticket] = plain(found.states[-1] | where)
    return expected


def _tickets(evidence: Evidence, views: Views, expected: dict[str, Json]) -> Iterator[Violation]:
    shown = Counter(document["id"] for document in views.documents if document["id"] in evidence.tickets)
    for ticket in expected.keys() - shown.keys():
        yield Violation(Kind.VIEW_MISSING, ticket, views.place)
    for ticket, times in shown.items():
        if times > 1:
            yield Violation(Kind.VIEW_DOUBLE, ticket, f"{times} times in {views.place}")


def _parking(views: Views, document: Json, *, parked: bool) -> Iterator[Violation]:
    """A parked ticket says that it is stale, and no other does; a place that keeps guards alone says nothing."""
    stale, place = document.get("stale"), views.place
    if stale is not None and not parked:
        yield Violation(Kind.VIEW_PARKED, document["id"], f"{place}: {stale}")
    if stale is None and parked and views.fields >= ITEM_FIELDS:
        yield Violation(Kind.VIEW_UNPARKED, document["id"], place)


def _document(views: Views, document: Json, expected: Json | None) -> Iterator[Violation]:
    ticket, place = document["id"], views.place
    if expected is None:
        yield Violation(Kind.VIEW_UNASKED, ticket, f"{place} shows version {document['version']}")
    elif document["version"] < expected["version"]:
        said = f"{place} shows version {document['version']} of {expected['version']}"
        yield Violation(Kind.VIEW_STALE, ticket, said)
    elif wrong := differences(document, expected, views.fields):
        yield Violation(Kind.VIEW_WRONG, ticket, f"{place}: {wrong}")


def differences(document: Json, expected: Json, fields: frozenset[str]) -> str:
    """Return the fields in which a document is not as expected, with both values; "" where there are none."""
    shown = plain(document)
    wrong = [name for name in sorted(fields) if name not in shown or shown[name] != expected[name]]
    return "; ".join(f"{name} is {shown.get(name, 'absent')!r}, not {expected[name]!r}" for name in wrong)


def plain(document: Json) -> Json:
    """Return a view with the data of its recent entries in the one form in which they are compared."""
    if "recent" not in document:
        return document
    return document | {"recent": [entry | {"data": without_nulls(entry["data"])} for entry in document["recent"]]}
