"""The real incident log as the command service would publish it, once or in renamed copies, without a command service.

The events come from the service's own rules, in the order in which the importer sends the histories.
"""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from aiokafka import AIOKafkaProducer

from command_service.adapters.memory import MemoryTextKeys
from command_service.bootstrap import assemble
from command_service.commands.catalogue import COMMANDS
from command_service.domain.refusals import Refused
from command_service.domain.ticket import Ticket
from command_service.execution.request import CommandRequest
from command_service.ports import CustomerKey, NewEvent, Recorded
from ticket_chassis.metrics import Metrics
from ticket_chassis.sealing import open_text, seal
from ticket_client.incidents.log import read_log
from ticket_client.incidents.plan import Progress, plan
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import SealedText, TextKey
from ticket_contracts.topics import EVENTS, TEXT_KEYS

INCIDENTS = Path(__file__).parents[2] / "examples" / "data" / "servicenow-incidents.csv.gz"

_WHOLE_HISTORY = 100_000
_CHUNK = 2_000


@dataclass(frozen=True)
class EncodedLog:
    """Messages of the events topic, (ticket id, JSON), in order; and the keys that open their texts."""

    events: Sequence[tuple[str, bytes]]
    keys: Sequence[CustomerKey]


class _EventList:
    """The port `EventStore`, which only grows."""

    def __init__(self) -> None:
        self.stored: list[NewEvent] = []

    async def append(self, event: NewEvent) -> None:
        self.stored.append(event)

    async def load(self, ticket_id: str) -> Ticket | None:
        return None

    async def find_key(self, key: str) -> Recorded | None:
        return None

    async def find_keys(self, keys: Sequence[str]) -> Mapping[str, Recorded]:
        return {}


async def encode_incidents(path: Path = INCIDENTS, until: str | None = None) -> EncodedLog:
    """Return the log of all incidents in `path`; takes some ten seconds. Commands that are refused leave no event."""
    store, keys = _EventList(), MemoryTextKeys()
    handler = assemble(store, keys, Metrics("load")).handler
    for history in read_log(path, until).histories:
        for planned in plan(Progress(history), _WHOLE_HISTORY):
            command = COMMANDS[planned.type].model_validate(planned.data)
            at = datetime.fromisoformat(planned.at)
            try:
                await handler.execute(CommandRequest(history.ticket_id, command, occurred_at=at))
            except Refused:
                continue
    kids = dict.fromkeys(event.kid for event in store.stored)
    return EncodedLog(
        [(event.ticket_id, event.envelope.encode()) for event in store.stored], [await keys.by_id(kid) for kid in kids]
    )


def copies(log: EncodedLog, number: int) -> Iterator[tuple[str, bytes]]:
    """Yield the log's messages, then those of its copies, `number` times in all; a copy's ids are its own."""
    yield from log.events
    opened = {key.kid: key.key for key in log.keys}
    for copy in range(1, number):
        ids: dict[str, str] = {}
        for ticket_id, value in log.events:
            if ticket_id not in ids:
                ids[ticket_id] = _renamed(ticket_id, copy)
            yield ids[ticket_id], _copied(json.loads(value), copy, ids[ticket_id], opened)


def _renamed(uuid: str, copy: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"{copy}:{uuid}"))


def _copied(envelope: dict[str, object], copy: int, ticket_id: str, keys: Mapping[str, bytes]) -> bytes:
    data = envelope["data"]
    assert isinstance(data, dict)
    for name, value in data.items():
        if isinstance(value, dict) and "sealed" in value:
            text = open_text(SealedText(**value), str(envelope["subject"]), keys[value["kid"]])
            data[name] = seal(text, ticket_id, value["kid"], keys[value["kid"]]).model_dump()
    envelope["id"] = _renamed(str(envelope["id"]), copy)
    envelope["subject"] = ticket_id
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


async def publish(bootstrap: str, prefix: str, log: EncodedLog, number: int = 1) -> int:
    """Write the keys, then the log and its copies, to the topics behind `prefix`; returns how many events that is."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        for key in log.keys:
            await producer.send(prefix + TEXT_KEYS.name, _key_message(key), key.kid.encode())
        await producer.flush()
        return await _publish_events(producer, prefix + EVENTS.name, copies(log, number))
    finally:
        await producer.stop()


async def _publish_events(producer: AIOKafkaProducer, topic: str, events: Iterator[tuple[str, bytes]]) -> int:
    sent = 0
    while chunk := list(islice(events, _CHUNK)):
        for ticket_id, value in chunk:
            await producer.send(topic, value, ticket_id.encode(), partition=partition_of(ticket_id))
        await producer.flush()
        sent += len(chunk)
    return sent


def _key_message(key: CustomerKey) -> bytes:
    made = TextKey(kid=key.kid, version=1, key=b64encode(key.key).decode(), created_at=datetime.now(UTC))
    return made.model_dump_json().encode()
