"""Sends events to Kafka: in order per ticket, each after the text key that opens it."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.producer.message_accumulator import BatchBuilder

from command_service.lru import LruCache
from command_service.ports import CustomerKey, TextKeys
from command_service.relay.log_state import LogState
from command_service.relay.outbox import OutboxEvent
from command_service.relay.record import FINGERPRINT_HEADER, KEY_HEADER, STORE_HEADER
from ticket_chassis.kafka import topic_name
from ticket_contracts.envelope import CONTENT_TYPE
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import TextKey
from ticket_contracts.topics import EVENTS, TEXT_KEYS

KEYS_REMEMBERED = 50_000


@dataclass(slots=True)
class _Batch:
    builder: BatchBuilder
    last: bytes = b""


class Publisher:
    """Publishes over one idempotent producer, and keeps `log` at what Kafka has acknowledged."""

    def __init__(
        self, producer: AIOKafkaProducer, text_keys: TextKeys, prefix: str, store_id: str, log: LogState
    ) -> None:
        self._producer = producer
        self._text_keys = text_keys
        self._events_topic = topic_name(EVENTS, prefix)
        self._keys_topic = topic_name(TEXT_KEYS, prefix)
        self._headers = [("content-type", CONTENT_TYPE.encode()), (STORE_HEADER, store_id.encode())]
        self._keys_sent: LruCache[str, bool] = LruCache(KEYS_REMEMBERED)
        self._acks: set[asyncio.Task[None]] = set()
        self.log = log

    async def publish(self, events: Sequence[OutboxEvent]) -> "asyncio.Future[list[None]]":
        """Hand the events to the producer; the future is done when Kafka has acknowledged all of them.

        Raises, here or in the future, what the producer raises, or LogReplaced where the acknowledgements show it;
        then nothing may be sent over this producer again.
        """
        await self._send_missing_keys(events)
        batches = self._batches(events)
        acks = await asyncio.gather(*(self._send(partition, some) for partition, some in batches.items()))
        return asyncio.gather(*(ack for some in acks for ack in some))

    async def close(self) -> None:
        """Stop waiting for acknowledgements that nobody asks for any more."""
        unasked = list(self._acks)
        for ack in unasked:
            ack.cancel()
        await asyncio.gather(*unasked, return_exceptions=True)

    async def _send_missing_keys(self, events: Sequence[OutboxEvent]) -> None:
        missing = [kid for kid in {event.kid for event in events} if self._keys_sent.get(kid) is None]
        if not missing:
            return
        keys = await self._text_keys.by_ids(missing)
        # Whoever reads an event must be able to find its key, so the keys are there for certain first.
        sent = await asyncio.gather(*(self._producer.send(self._keys_topic, _message(k), k.kid.encode()) for k in keys))
        await asyncio.gather(*sent)
        for kid in missing:
            self._keys_sent.put(kid, True)

    def _batches(self, events: Sequence[OutboxEvent]) -> dict[int, list[_Batch]]:
        batches: dict[int, list[_Batch]] = {}
        for event in events:
            some = batches.setdefault(partition_of(event.ticket_id), [])
            if not some or not self._append(some[-1], event):
                some.append(_Batch(self._producer.create_batch()))
                self._append(some[-1], event)
        return batches

    def _append(self, batch: _Batch, event: OutboxEvent) -> bool:
        """Return whether the event still had room in the batch."""
        key, headers = event.ticket_id.encode(), self._headers + _retry_headers(event)
        if batch.builder.append(timestamp=None, key=key, value=event.value, headers=headers) is None:
            return False
        batch.last = event.value
        return True

    async def _send(self, partition: int, batches: Sequence[_Batch]) -> "list[asyncio.Task[None]]":
        acks = []
        for batch in batches:
            batch.builder.close()
            ack = await self._producer.send_batch(batch.builder, self._events_topic, partition=partition)
            noted = asyncio.create_task(self._note(ack, partition, batch))
            self._acks.add(noted)
            noted.add_done_callback(self._acks.discard)
            acks.append(noted)
        return acks

    async def _note(self, ack: "asyncio.Future[object]", partition: int, batch: _Batch) -> None:
        base: int = (await ack).offset  # type: ignore[attr-defined]  # aiokafka is untyped
        self.log.acknowledge(partition, base, batch.builder.record_count(), batch.last)


def _retry_headers(event: OutboxEvent) -> list[tuple[str, bytes]]:
    if event.key is None or event.fingerprint is None:
        return []
    return [(KEY_HEADER, event.key.encode()), (FINGERPRINT_HEADER, event.fingerprint)]


def _message(key: CustomerKey) -> bytes:
    text = b64encode(key.key).decode()
    return TextKey(kid=key.kid, version=1, key=text, created_at=key.created_at).model_dump_json().encode()
