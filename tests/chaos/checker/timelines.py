"""Every place that keeps timelines has each event of the log exactly once, and nothing else."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.fold import without_nulls
from tests.chaos.checker.state import Entries, Json
from tests.chaos.checker.violations import Kind, Violation

_Key = tuple[str, int]


def check_timelines(evidence: Evidence) -> Iterator[Violation]:
    """Yield what is missing, double, out of order or wrong among the entries of the history's tickets."""
    expected = _expected(evidence)
    for entries in evidence.state.entries:
        found = [document for document in entries.documents if document["ticket_id"] in evidence.tickets]
        keys = Counter((document["ticket_id"], document["version"]) for document in found)
        yield from _presence(entries.place, keys, expected)
        if entries.ordered:
            yield from _order(entries.place, found)
        for document in found:
            yield from _content(entries, document, expected.get((document["ticket_id"], document["version"])))


def _expected(evidence: Evidence) -> dict[_Key, Json]:
    expected: dict[_Key, Json] = {}
    for ticket, found in evidence.on_log.items():
        for entry in found.entries:
            expected[ticket, entry["version"]] = entry | {"ticket_id": ticket, "data": without_nulls(entry["data"])}
    return expected


def _presence(place: str, found: Counter[_Key], expected: dict[_Key, Json]) -> Iterator[Violation]:
    for ticket, version in sorted(expected.keys() - found.keys()):
        yield Violation(Kind.ENTRY_MISSING, ticket, f"version {version} in {place}")
    for (ticket, version), times in found.items():
        if times > 1:
            yield Violation(Kind.ENTRY_DOUBLE, ticket, f"version {version}, {times} times in {place}")
        if (ticket, version) not in expected:
            yield Violation(Kind.ENTRY_UNASKED, ticket, f"version {version} in {place}")


def _order(place: str, documents: list[Json]) -> Iterator[Violation]:
    last: dict[str, int] = {}
    for document in documents:
        ticket, version = document["ticket_id"], document["version"]
        if version < last.get(ticket, 0):
            yield Violation(Kind.ENTRY_DISORDER, ticket, f"version {version} after {last[ticket]} in {place}")
        last[ticket] = version


def _content(entries: Entries, document: Json, expected: Json | None) -> Iterator[Violation]:
    if expected is None:
        return
    shown = document | {"data": without_nulls(document["data"])} if "data" in document else document
    wrong = [name for name in sorted(entries.fields) if shown.get(name) != expected[name]]
    if wrong:
        said = f"version {document['version']} in {entries.place}: {', '.join(wrong)}"
        yield Violation(Kind.ENTRY_WRONG, document["ticket_id"], said)
