"""The store and the log: versions without gaps, everything stored delivered at least once and first in order."""

from collections import Counter
from collections.abc import Iterator

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.state import Event, LogRecord
from tests.chaos.checker.violations import Kind, Violation
from ticket_contracts.partitioning import partition_of


def check_store(evidence: Evidence) -> Iterator[Violation]:
    """Yield gaps, doubles and strangers among the stored events of the history's tickets."""
    for ticket, events in evidence.stored.items():
        versions = Counter(event.version for event in events)
        for version in range(1, max(versions, default=0) + 1):
            if version not in versions:
                yield Violation(Kind.STORE_GAP, ticket, f"version {version} of {max(versions)}")
            elif versions[version] > 1:
                yield Violation(Kind.STORE_DOUBLE, ticket, f"version {version}")
        for event in events:
            if event.key not in evidence.keys:
                yield Violation(Kind.UNASKED_EVENT, ticket, f"version {event.version} under key {event.key}")


def check_log(evidence: Evidence) -> Iterator[Violation]:
    """Yield where the log and the store are not the same, and what is out of order at first delivery."""
    for ticket, records in evidence.first_deliveries.items():
        stored = {event.id: event for event in evidence.stored[ticket]}
        delivered = {record.event.id for record in records}
        for event in evidence.stored[ticket]:
            if event.id not in delivered:
                yield Violation(Kind.NOT_ON_LOG, ticket, f"version {event.version}, event {event.id}")
        yield from _order(ticket, [record.event for record in records])
        for record in records:
            yield from _against(stored.get(record.event.id), record)


def _order(ticket: str, events: list[Event]) -> Iterator[Violation]:
    versions = [event.version for event in events]
    for version, times in Counter(versions).items():
        if times > 1:
            yield Violation(Kind.LOG_CONFLICT, ticket, f"version {version} is {times} events")
    for before, after in zip([0, *versions], versions, strict=False):
        if after != before + 1:
            yield Violation(Kind.LOG_DISORDER, ticket, f"version {after} comes after version {before}")


def _against(stored: Event | None, record: LogRecord) -> Iterator[Violation]:
    event = record.event
    where = f"partition {record.partition}, offset {record.offset}"
    if stored is None:
        yield Violation(Kind.LOG_UNSTORED, event.ticket, f"{where}: version {event.version}, event {event.id}")
    elif _said(stored) != _said(event):
        yield Violation(Kind.LOG_DIFFERS, event.ticket, f"{where}: version {event.version}, event {event.id}")
    if record.key != event.ticket or record.partition != partition_of(event.ticket):
        yield Violation(Kind.LOG_MISPLACED, event.ticket, f"{where}: key {record.key}")


def _said(event: Event) -> tuple[object, ...]:
    return (event.ticket, event.version, event.name, event.occurred_at, event.recorded_at, event.data)
