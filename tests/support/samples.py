"""The golden samples of contracts/samples: messages as they are, or may be, on the topics. They never change."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pytest

from tests.support.pacts.records import Record
from ticket_contracts.envelope import CONTENT_TYPE
from ticket_contracts.partitioning import partition_of
from ticket_contracts.timeline import timeline_key
from ticket_contracts.topics import EVENTS, GENERATIONS, STATS, TEXT_KEYS, TIMELINE, VIEWS, WATERMARKS, Topic

ROOT = Path(__file__).parents[2] / "contracts" / "samples"

Kind = Literal["events", "control", "documents"]

_TOPICS: dict[str, Topic] = {
    "TicketView": VIEWS,
    "ParkedBeforeBirth": VIEWS,
    "ErasedTicket": VIEWS,
    "TimelineEntry": TIMELINE,
    "StatsRecord": STATS,
    "Watermark": WATERMARKS,
    "TextKey": TEXT_KEYS,
    "GenerationNotice": GENERATIONS,
}

_KEYS: dict[str, Callable[[dict[str, Any]], str]] = {
    VIEWS.name: lambda view: str(view["id"]),
    TIMELINE.name: lambda entry: timeline_key(entry["ticket_id"], entry["version"]),
    STATS.name: lambda counters: str(counters["partition"]),
    WATERMARKS.name: lambda watermark: str(watermark["partition"]),
    TEXT_KEYS.name: lambda key: str(key["kid"]),
    GENERATIONS.name: lambda notice: str(notice["generation"]),
}


@dataclass(frozen=True)
class Sample:
    """One message. `of` is what it is a sample of: `TicketCreated.v1`, `Drop.v1`, or a document's model."""

    kind: Kind
    of: str
    name: str

    @cached_property
    def value(self) -> bytes:
        """The record's value, byte for byte."""
        return (ROOT / self.kind / self.of / f"{self.name}.json").read_bytes()

    @cached_property
    def json(self) -> dict[str, Any]:
        """What the value says."""
        found: dict[str, Any] = json.loads(self.value)
        return found

    @property
    def data(self) -> dict[str, Any]:
        """What the schema of the same name speaks of: the data inside an envelope, or a document as it is."""
        data: dict[str, Any] = self.json if self.kind == "documents" else self.json["data"]
        return data

    @property
    def topic(self) -> Topic:
        """The topic whose records it is a sample of."""
        return EVENTS if self.kind != "documents" else _TOPICS[self.of]

    @property
    def record(self) -> Record:
        """The record as its producer would have sent it, the first of its partition."""
        if self.kind != "documents":
            ticket: str = self.json["subject"]
            headers = (("content-type", CONTENT_TYPE.encode()),)
            return Record(EVENTS.name, partition_of(ticket), ticket.encode(), self.value, headers)
        key = _KEYS[self.topic.name](self.json)
        partition = self.json.get("partition", partition_of(self.json.get("ticket_id", key)))
        return Record(self.topic.name, partition % self.topic.partitions, key.encode(), self.value)

    def __str__(self) -> str:
        return f"{self.of}-{self.name}"


def samples(kind: Kind | None = None) -> list[Sample]:
    """Return all samples, or all of a kind, in the order of their names."""
    found = []
    for path in sorted(ROOT.glob(f"{kind or '*'}/*/*.json")):
        of = path.parent
        found.append(Sample(of.parent.name, of.name, path.stem))  # type: ignore[arg-type]
    return found


def each(kind: Kind, *topics: Topic) -> pytest.MarkDecorator:
    """Run a test with each `sample` of a kind, or with those of some topics."""
    wanted = [sample for sample in samples(kind) if not topics or sample.topic in topics]
    return pytest.mark.parametrize("sample", wanted, ids=str)
