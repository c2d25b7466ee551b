"""The messages that mutated models have to read: the real incident log, what the projector makes of it, the samples.

So many of them are kept that every member, set of members, type, word of an enumeration and empty thing is among them.
"""

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain
from typing import Any

from command_service.ports import CustomerKey
from tests.load.incident_log import EncodedLog, encode_incidents
from tests.support.pacts.records import Record
from tests.support.projector_in_memory import ProjectorInMemory
from tests.support.samples import samples
from ticket_contracts import fields
from ticket_contracts.control import REQUEST_BY_TYPE
from ticket_contracts.events import EVENT_BY_TYPE
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import TextKey
from ticket_contracts.topics import EVENTS, STATS, TIMELINE, VIEWS

Message = dict[str, Any]
Corpus = dict[str, list[Message]]
"""Messages by the name of the model that reads them."""

MEMBERS = 100
"""An object of more members is no shape of its own."""

BATCH = 500

WORDS = frozenset(
    chain.from_iterable(
        kind for kind in vars(fields).values() if isinstance(kind, type) and issubclass(kind, StrEnum) and list(kind)
    )
)

_DOCUMENTS = {VIEWS.name: "TicketView", TIMELINE.name: "TimelineEntry", STATS.name: "StatsRecord"}


async def real_corpus(until: str | None = None) -> tuple[Corpus, dict[str, int]]:
    """Return messages that cover all there are, and how many there were of each model.

    `until`: only incidents opened before this time, RFC 3339.
    """
    log = await encode_incidents(until=until)
    found: dict[str, list[Message]] = defaultdict(list)
    for _, value in log.events:
        envelope = json.loads(value)
        found["Envelope"].append(envelope)
        found[_model_of(envelope["type"])].append(envelope["data"])
    for record in await _projected(log):
        found[_DOCUMENTS[record.topic]].append(json.loads(record.value or b""))
    for key in log.keys:
        found["TextKey"].append(json.loads(_text_key(key)))
    _add_samples(found)
    return {name: _covering(messages) for name, messages in found.items()}, {n: len(m) for n, m in found.items()}


def sample_corpus() -> Corpus:
    """Return the golden samples alone, by the model that reads them."""
    found: dict[str, list[Message]] = defaultdict(list)
    _add_samples(found)
    return found


def _model_of(message_type: str) -> str:
    model = EVENT_BY_TYPE.get(message_type) or REQUEST_BY_TYPE.get(message_type)
    return model.__name__ if model else message_type  # a version without a model: its upcaster reads it


def _text_key(key: CustomerKey) -> str:
    text = b64encode(key.key).decode()
    return TextKey(kid=key.kid, version=1, key=text, created_at=key.created_at).model_dump_json()


async def _projected(log: EncodedLog) -> list[Record]:
    projector = ProjectorInMemory()
    for key in log.keys:
        projector.keys.take(_text_key(key).encode())
    for start in range(0, len(log.events), BATCH):
        records = [
            Record(EVENTS.name, partition_of(ticket), ticket.encode(), value, ())
            for ticket, value in log.events[start : start + BATCH]
        ]
        await projector.take(records)
    return list(projector.published.records)


def _add_samples(found: dict[str, list[Message]]) -> None:
    for sample in samples():
        if sample.kind == "documents":
            found[sample.of].append(sample.data)
        else:
            found["Envelope"].append(sample.json)
            found[_model_of(sample.json["type"])].append(sample.data)


def _covering(messages: Iterable[Message]) -> list[Message]:
    """Return messages in which everything is that is in any: members, types, words, nulls, empty things; small ones."""
    seen: set[Trait] = set()
    kept = []
    for message in sorted(messages, key=lambda one: len(json.dumps(one))):
        traits = set(_traits("", message))
        if not traits <= seen:
            seen |= traits
            kept.append(message)
    return kept


Trait = tuple[str, Any]


def _traits(path: str, value: Any) -> Iterator[Trait]:
    if isinstance(value, dict):
        yield path, frozenset(value) if len(value) < MEMBERS else "many members"
        for name, inner in value.items():
            yield from _traits(f"{path}.{name}", inner)
    elif isinstance(value, list):
        yield path, min(len(value), 2)
        for inner in value:
            yield from _traits(f"{path}[]", inner)
    else:
        yield path, value if isinstance(value, str) and value in WORDS else type(value).__name__
