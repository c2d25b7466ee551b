"""From a round of raw records to what is to be written; one that cannot be read stops nobody."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from query_service.domain.progress import Counted
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


Decode = Callable[[bytes], Any]

_DECODERS: dict[str, Decode] = {
    VIEWS.name: VIEW_RECORD.validate_json,
    TIMELINE.name: TimelineEntry.model_validate_json,
    STATS.name: StatsRecord.model_validate_json,
    WATERMARKS.name: Watermark.model_validate_json,
}


def read_round(records: Iterable[RawRecord]) -> Round:
    """Return what the records say; those that say nothing are in `unreadable`."""
    found = Round()
    take: dict[str, Callable[[Any], None]] = {
        VIEWS.name: found.add_view,
        TIMELINE.name: found.timeline.append,
        STATS.name: found.add_counters,
        WATERMARKS.name: found.add_watermark,
    }
    for record in records:
        content = _decode(record)
        if isinstance(content, Unreadable):
            found.unreadable.append(content)
        else:
            take[record.topic.name](content)
    return found


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
