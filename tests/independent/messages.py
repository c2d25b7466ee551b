"""The golden samples as histories that a consumer can read one after another, each of a ticket of its own."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from tests.support.samples import Sample, samples
from ticket_chassis.sealing import open_text, seal
from ticket_contracts.envelope import CONTENT_TYPE, SOURCE
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import SealedText, TextKey
from ticket_contracts.topics import EVENTS, TEXT_KEYS, Topic

FIRST = Sample("events", "TicketCreated.v1", "smallest")
STORE = str(uuid4())
"""What the command service's relay says of the store that an event comes from."""

KID = str(uuid4())
KEY = bytes(range(32))
TEXTS = frozenset({"subject", "message", "contact", "note", "resolution", "reason"})
"""Members of events that the command service seals."""

_KEYS = {each.json["kid"]: each.json["key"] for each in samples("documents") if each.topic == TEXT_KEYS}

_MODULES = {
    "TicketView": "views",
    "ParkedBeforeBirth": "views",
    "ErasedTicket": "views",
    "TimelineEntry": "timeline",
    "StatsRecord": "stats",
    "Watermark": "watermarks",
    "TextKey": "text",
}


@dataclass(frozen=True)
class Message:
    """A record as the first to publish it wrote it, and the model that reads it. Topics are without a prefix."""

    topic: Topic
    partition: int
    key: str
    value: str
    module: str
    model: str
    headers: tuple[tuple[str, str], ...] = ()

    def to_json(self, prefix: str) -> dict[str, Any]:
        """Return what the writer takes."""
        return {
            "topic": prefix + self.topic.name,
            "partition": self.partition,
            "key": self.key,
            "value": self.value,
            "module": self.module,
            "model": self.model,
            "headers": self.headers,
        }


def histories() -> Iterator[list[Message]]:
    """Yield for each sample of an event a history that ends with it."""
    for sample in samples("events"):
        ticket = str(uuid4())
        before = [] if sample.of.startswith("TicketCreated.") else [FIRST]
        yield [_event(each, ticket, version) for version, each in enumerate([*before, sample], start=1)]


def text_key() -> Message:
    """Return the key under which the histories' texts are sealed."""
    key = TextKey(kid=KID, version=1, key=b64encode(KEY).decode(), created_at=datetime.now(UTC))
    return Message(TEXT_KEYS, partition_of(KID), KID, key.model_dump_json(), "text", "TextKey")


def documents(*topics: Topic) -> list[Message]:
    """Return the samples of these topics' documents."""
    found = [sample for sample in samples("documents") if sample.topic in topics]
    return [_document(sample) for sample in found]


def _document(sample: Sample) -> Message:
    record = sample.record
    key = (record.key or b"").decode()
    return Message(sample.topic, record.partition, key, record.value.decode(), _MODULES[sample.of], sample.of)


def _event(sample: Sample, ticket: str, version: int) -> Message:
    data = _sealed_anew(sample.data, sample.json["subject"], ticket)
    own = {"id": str(uuid4()), "source": SOURCE, "subject": ticket, "ticketversion": version, "data": data}
    headers = (("content-type", CONTENT_TYPE), ("store", STORE))
    return Message(EVENTS, partition_of(ticket), ticket, json.dumps(sample.json | own), "envelope", "Envelope", headers)


def _sealed_anew(data: Any, before: str, ticket: str) -> Any:
    """Return the data with its texts sealed for this ticket: they are bound to the one that they are of."""
    if not isinstance(data, dict):
        return data
    return {
        name: _seal(value, before, ticket)
        if name in TEXTS and value is not None
        else _sealed_anew(value, before, ticket)
        for name, value in data.items()
    }


def _seal(value: Any, before: str, ticket: str) -> dict[str, Any]:
    plain = value if isinstance(value, str) else _opened(SealedText.model_validate(value), before)
    return seal(plain, ticket, KID, KEY).model_dump(mode="json")


def _opened(text: SealedText, ticket: str) -> str:
    key = _KEYS.get(text.kid)
    if key is None:
        return "Sealed under a key that is no sample's"
    return open_text(text, ticket, b64decode(key))
