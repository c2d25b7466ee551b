"""Is the log on Kafka the one that this store has filled? Asked before the relay adds to it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from command_service.relay.record import STORE_HEADER, RelayRecord
from ticket_contracts.envelope import InvalidEnvelope, decode_envelope
from ticket_contracts.partitioning import PARTITIONS

TAIL = 200
NAMED = 20
POLL_MS = 1_000

Missing = Callable[[Sequence[str]], Awaitable[set[str]]]

log = structlog.get_logger(__name__)


class WrongLog(Exception):
    """The log and the store do not belong together; the message says why and names tickets."""


@dataclass(frozen=True, slots=True)
class Published:
    """An event on the log as a relay put it there: whose it is, and of which store."""

    ticket_id: str
    store_id: str


class LogCheck:
    """Compares the end of the log with the store. `missing` returns those event ids that the store does not have."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str, store_id: str, missing: Missing) -> None:
        self._consumer = consumer
        self._partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        self._store_id = store_id
        self._missing = missing

    async def run(self, record: RelayRecord | None) -> list[int]:
        """Return the last offset of each events partition, -1 for an empty one; raises WrongLog."""
        self._consumer.assign(self._partitions)
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(self._partitions)
        known = (-1,) * PARTITIONS if record is None else record.published
        for partition, published in zip(self._partitions, known, strict=True):
            if published >= ends[partition]:
                raise WrongLog(
                    f"{partition.topic}/{partition.partition} ends at {ends[partition]}, but offset {published} was "
                    "published: this is not the log we knew"
                )
        lost = await self._lost(await self._seek(ends, known))
        if lost:
            raise WrongLog(self._why(list(lost.values())))
        return [ends[partition] - 1 for partition in self._partitions]

    async def _seek(self, ends: dict[TopicPartition, int], known: Sequence[int]) -> dict[TopicPartition, int]:
        """Go to what is to be compared; return the partitions that have any, with their ends."""
        wanted = {}
        starts = await self._consumer.beginning_offsets(self._partitions)
        for partition, published in zip(self._partitions, known, strict=True):
            # All that came after the last acknowledgement on record, and a tail before it, lest the log be another
            # one of at least that length.
            position = max(starts[partition], min(published + 1, ends[partition] - TAIL))
            if position < ends[partition]:
                self._consumer.seek(partition, position)
                wanted[partition] = ends[partition]
            else:
                self._consumer.pause(partition)
        return wanted

    async def _lost(self, ends: dict[TopicPartition, int]) -> dict[str, Published]:
        """Return the events that a relay published and the store does not have, no more than can be named."""
        lost: dict[str, Published] = {}
        foreign = 0
        while ends and len({event.ticket_id for event in lost.values()}) < NAMED:
            fetched = (await self._consumer.getmany(timeout_ms=POLL_MS)).values()
            events, others = _sort(message for messages in fetched for message in messages)
            foreign += others
            lost |= {event_id: events[event_id] for event_id in await self._missing(list(events))}
            ends = {tp: end for tp, end in ends.items() if await self._consumer.position(tp) < end}
        if foreign:
            log.warning("the log holds messages that no relay wrote", topic=self._partitions[0].topic, count=foreign)
        return lost

    def _why(self, lost: Sequence[Published]) -> str:
        tickets = sorted({event.ticket_id for event in lost})
        others = sorted({event.store_id for event in lost} - {self._store_id})
        why = f"it was filled from another store ({', '.join(others)})" if others else "as after a restored backup"
        return (
            f"Kafka is ahead of the store: {self._partitions[0].topic} holds events that the store does not have, "
            f"{why}. Found {len(lost)} events of {len(tickets)} tickets: {', '.join(tickets[:NAMED])}"
        )


def _sort(messages: Iterable[Any]) -> tuple[dict[str, Published], int]:
    """Return the events that a relay wrote, by event id, and how many messages came from elsewhere."""
    events: dict[str, Published] = {}
    foreign = 0
    for message in messages:
        store_id = dict(message.headers).get(STORE_HEADER)
        if store_id is None:
            foreign += 1
            continue
        try:
            envelope = decode_envelope(message.value or b"")
        except InvalidEnvelope:
            foreign += 1  # a header alone makes no event of ours
            continue
        events[envelope.id] = Published(envelope.subject, store_id.decode(errors="replace"))
    return events, foreign
