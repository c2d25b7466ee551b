"""From a round of raw records to what is to be written; one that cannot be read stops nobody."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from query_service.domain.progress import Counted
from query_service.ingest.heads import CountersHead, Head, head_of
from query_service.ports import Unreadable, ViewRecord
from ticket_contracts.stats import StatsRecord
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.topics import STATS, TIMELINE, VIEWS, WATERMARKS, Topic
from ticket_contracts.views import VIEW_RECORD
from ticket_contracts.watermarks import Watermark

READ_TOPICS: tuple[Topic, ...] = (VIEWS, TIMELINE, STATS, WATERMARKS)
"""In the order of the fields of `Positions`."""


@dataclass(frozen=True)
class RawRecord:
    """A record as it came, of one of READ_TOPICS."""

    topic: Topic
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass
class Round:
    """What a round of records amounts to: of each ticket and each counter the newest, of the rest all."""

    views: dict[str, ViewRecord] = field(default_factory=dict)
    timeline: list[TimelineEntry] = field(default_factory=list)
    counters: dict[int, StatsRecord] = field(default_factory=dict)
    counted: defaultdict[int, list[Counted]] = field(default_factory=lambda: defaultdict(list))
    watermarks: defaultdict[int, list[Watermark]] = field(default_factory=lambda: defaultdict(list))
    unreadable: list[Unreadable] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    """How many records there were of each topic."""
    is_first_fill: bool = False
    """Whether hardly any of its tickets is stored yet."""

    def add_view(self, record: ViewRecord) -> None:
        """Take a view or marker unless a newer one is there."""
        known = self.views.get(record.id)
        if known is None or (record.version, record.offset) > (known.version, known.offset):
            self.views[record.id] = record

    def add_counters(self, record: StatsRecord) -> None:
        """Take a partition's counters unless newer ones are there."""
        self.counted[record.partition].append(Counted.of(record))
        known = self.counters.get(record.partition)
        if known is None or record.offset > known.offset:
            self.counters[record.partition] = record

    def add_watermark(self, record: Watermark) -> None:
        """Take a watermark."""
        self.watermarks[record.partition].append(record)


_TAKE: dict[str, Callable[[Round, Any], None]] = {
    VIEWS.name: Round.add_view,
    TIMELINE.name: lambda found, entry: found.timeline.append(entry),
    STATS.name: Round.add_counters,
    WATERMARKS.name: Round.add_watermark,
}

Decode = Callable[[bytes], Any]

_DECODERS: dict[str, Decode] = {
    VIEWS.name: VIEW_RECORD.validate_json,
    TIMELINE.name: TimelineEntry.model_validate_json,
    STATS.name: StatsRecord.model_validate_json,
    WATERMARKS.name: Watermark.model_validate_json,
}


def read_round(records: Iterable[RawRecord], *, is_first_fill: bool = False) -> Round:
    """Return what the records say; those that say nothing are in `unreadable`.

    `is_first_fill`: of the views of one ticket, and of one partition's counters, only the newest that can be read is,
    and of the others no more than the head. A broken one among those is not noticed then, as if it had been compacted
    away.
    """
    found = Round(is_first_fill=is_first_fill)
    forms: defaultdict[tuple[str, str], list[tuple[Head, RawRecord]]] = defaultdict(list)
    for record in records:
        found.taken[record.topic.name] += 1
        head = head_of(record.topic.name, record.partition, record.value) if is_first_fill else None
        if head is None:
            _take(record, found)
        else:
            forms[record.topic.name, head.subject].append((head, record))
    for each in forms.values():
        _take_newest(each, found)
    return found


def _take_newest(forms: list[tuple[Head, RawRecord]], found: Round) -> None:
    forms.sort(key=lambda form: form[0].age)
    while forms and not _take(forms.pop()[1], found):
        pass
    # Progress wants counters in their order: those before the newest first.
    outdated = [head for head, _ in forms if isinstance(head, CountersHead)]
    if outdated:
        counted = found.counted[outdated[0].partition]
        counted[-1:-1] = [head.counted for head in outdated]


def _take(record: RawRecord, found: Round) -> bool:
    """Add to the round what the record says; returns whether it can be read."""
    content = _decode(record)
    if isinstance(content, Unreadable):
        found.unreadable.append(content)
        return False
    _TAKE[record.topic.name](found, content)
    return True


def _decode(record: RawRecord) -> Any:
    if record.value is None:
        return _unreadable(record, "a tombstone: it has no version, an erasure is a marker")
    try:
        content = _DECODERS[record.topic.name](record.value)
    except ValidationError as error:
        places = sorted({".".join(map(str, each["loc"])) or each["type"] for each in error.errors()})
        return _unreadable(record, ", ".join(places)[:500])
    # Waiting, positions and lag all rest on a message lying in the partition that it speaks of.
    if getattr(content, "partition", record.partition) != record.partition:
        return _unreadable(record, f"speaks of partition {content.partition}")
    return content


def _unreadable(record: RawRecord, why: str) -> Unreadable:
    return Unreadable(record.topic.name, record.partition, record.offset, record.key, record.value, why)
