"""Every place that shows tickets shows each once, as the fold of the log has it."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.fold import without_nulls
from tests.chaos.checker.state import Json, Views
from tests.chaos.checker.violations import Kind, Violation


def check_views(evidence: Evidence) -> Iterator[Violation]:
    """Yield what is missing, double, behind, parked or wrong among the views of the history's tickets."""
    expected = _expected(evidence)
    for views in evidence.state.views:
        yield from _tickets(evidence, views, expected)
        for document in views.documents:
            if document["id"] in evidence.tickets:
                yield from _document(views, document, expected.get(document["id"]))


def _expected(evidence: Evidence) -> dict[str, Json]:
    expected = {}
    for ticket, states in evidence.logged.items():
        if states:
            first = {record.event.id: record for record in reversed(evidence.first_deliveries[ticket])}
            last = first[states[-1]["event_id"]]
            where = {"kind": "view", "partition": last.partition, "offset": last.offset}
            expected[ticket] = plain(states[-1] | where)
    return expected


def _tickets(evidence: Evidence, views: Views, expected: dict[str, Json]) -> Iterator[Violation]:
    shown = Counter(document["id"] for document in views.documents if document["id"] in evidence.tickets)
    for ticket in expected.keys() - shown.keys():
        yield Violation(Kind.VIEW_MISSING, ticket, views.place)
    for ticket, times in shown.items():
        if times > 1:
            yield Violation(Kind.VIEW_DOUBLE, ticket, f"{times} times in {views.place}")


def _document(views: Views, document: Json, expected: Json | None) -> Iterator[Violation]:
    ticket, place = document["id"], views.place
    if document.get("stale") is not None:
        yield Violation(Kind.VIEW_PARKED, ticket, f"{place}: {document['stale']}")
    elif expected is None:
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
