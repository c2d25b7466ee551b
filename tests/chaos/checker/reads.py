"""Reads: none older than its token, none of one client older than what it had read along its tokens, none unreal."""

from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.fold import without_nulls
from tests.chaos.checker.rules import ENDS
from tests.chaos.checker.state import DETAIL_FIELDS, ITEM_FIELDS, Json
from tests.chaos.checker.views import differences, plain
from tests.chaos.checker.violations import Kind, Violation
from tests.chaos.history import PAGE, Read, Subject

MAY_FAIL = frozenset({0, 503})
"""No answer, and "not now": what a read may meet while something is down."""

_SHOWN = ("version", "type", "occurred_at", "recorded_at", "visibility")


def check_reads(evidence: Evidence) -> Iterator[Violation]:
    """Yield every read that shows less than it must, or what never was."""
    read_before: dict[tuple[str, str], int] = {}
    for read in sorted(evidence.history.reads, key=lambda read: read.answered):
        if read.status == 200:
            yield from _CHECKS[read.subject](evidence, read)
            yield from _forwards(read, read_before)
        elif read.status not in MAY_FAIL and not _may_be_absent(read):
            missing = read.status == 404 and read.of in evidence.tickets
            kind = Kind.STALE_UNDER_TOKEN if missing else Kind.SERVER_ERROR
            yield Violation(kind, _name(read), f"status {read.status}")


def _may_be_absent(read: Read) -> bool:
    """A ticket may be unknown to a read without a token, and to one that takes whatever there is."""
    return read.status == 404 and (read.lenient or not read.token)


def _ticket(evidence: Evidence, read: Read) -> Iterator[Violation]:
    yield from _documents(evidence, read, DETAIL_FIELDS)
    yield from _not_older(read, {read.of})


def _list(evidence: Evidence, read: Read) -> Iterator[Violation]:
    yield from _documents(evidence, read, ITEM_FIELDS)
    ours = {ticket for ticket in read.token if _customer(evidence, ticket) == read.of}
    if len(read.documents) >= PAGE:
        ours &= {document["id"] for document in read.documents}  # the others may be on the next page
    yield from _not_older(read, ours)


def _documents(evidence: Evidence, read: Read, fields: frozenset[str]) -> Iterator[Violation]:
    for document in read.documents:
        states = evidence.logged.get(document["id"], [])
        version = document["version"]
        if not 0 < version <= len(states):
            yield Violation(Kind.READ_UNREAL, _name(read), f"{document['id']} at version {version}")
        elif wrong := differences(document, plain(states[version - 1]), fields):
            yield Violation(Kind.READ_UNREAL, _name(read), f"{document['id']} at version {version}: {wrong}")


def _not_older(read: Read, tickets: set[str]) -> Iterator[Violation]:
    if read.satisfied:
        shown = {document["id"]: document["version"] for document in read.documents}
        for ticket in tickets & read.token.keys():
            if shown.get(ticket, 0) < read.token[ticket]:
                said = f"{ticket} at version {shown.get(ticket, 0)}, token {read.token[ticket]}"
                yield Violation(Kind.STALE_UNDER_TOKEN, _name(read), said)


def _timeline(evidence: Evidence, read: Read) -> Iterator[Violation]:
    ticket = evidence.on_log.get(read.of)
    entries = {entry["version"]: entry for entry in ticket.entries} if ticket is not None else {}
    for document in read.documents:
        entry = entries.get(document["version"])
        if entry is None or _entry(document) != _entry(entry):
            yield Violation(Kind.READ_UNREAL, _name(read), f"entry {document['version']}")
    shown = {document["version"] for document in read.documents}
    if read.satisfied and (missing := set(range(1, min(read.token.get(read.of, 0), PAGE) + 1)) - shown):
        yield Violation(Kind.STALE_UNDER_TOKEN, _name(read), f"entries {sorted(missing)}, token {read.token[read.of]}")


def _dashboard(evidence: Evidence, read: Read) -> Iterator[Violation]:
    """A group that is named after one ticket counts that ticket alone, so its row shows the ticket's state."""
    rows = {row["group"]: (row["tickets"], row["live"]) for row in read.documents}
    for ticket, version in read.token.items():
        states = evidence.logged.get(ticket, [])
        shown = {group: counted for group, counted in rows.items() if group.startswith(ticket)}
        since = max(version, 1) if read.satisfied else 1
        possible = [_rows(state, ticket) for state in states[since - 1 :]] + ([] if read.satisfied else [{}])
        if shown not in possible:
            past = shown in [_rows(state, ticket) for state in states] or not shown
            kind = Kind.STALE_UNDER_TOKEN if past else Kind.READ_UNREAL
            yield Violation(kind, _name(read), f"{ticket}:{version} counted as {shown}")


def _rows(state: Json, ticket: str) -> dict[str, tuple[int, int]]:
    group = state["group"]
    return {group: (1, int(state["status"] not in ENDS))} if group is not None and group.startswith(ticket) else {}


def _forwards(read: Read, before: dict[tuple[str, str], int]) -> Iterator[Violation]:
    if read.subject not in (Subject.TICKET, Subject.LIST) or not read.satisfied:
        return
    for document in read.documents:
        ticket = document["id"]
        if ticket in read.token:
            if document["version"] < before.get((read.client, ticket), 0):
                said = f"{ticket} from version {before[read.client, ticket]} to {document['version']}"
                yield Violation(Kind.WENT_BACK, _name(read), said)
            before[read.client, ticket] = max(document["version"], before.get((read.client, ticket), 0))


def _customer(evidence: Evidence, ticket: str) -> str | None:
    states = evidence.logged.get(ticket)
    return str(states[0]["customer_id"]) if states else None


def _entry(document: Json) -> Json:
    return {name: document[name] for name in _SHOWN} | {"data": without_nulls(document["data"])}


def _name(read: Read) -> str:
    return f"{read.client} reads {read.subject} {read.of} at {read.sent:.3f}"


_CHECKS = {
    Subject.TICKET: _ticket,
    Subject.LIST: _list,
    Subject.TIMELINE: _timeline,
    Subject.DASHBOARD: _dashboard,
}
