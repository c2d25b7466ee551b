"""The projector that everyone writes first: one message at a time, find, fold, replace. The baseline of `bench`.

It folds with the project's own fold, opens texts with keys it holds in memory, and writes as durably. It counts nothing
and publishes nothing, so it does less than half of the work; and it loses or repeats some when it is killed.
"""

import asyncio
import sys
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from pymongo import AsyncMongoClient

from projector_service.domain.fold import fold
from projector_service.domain.messages import Fact, Received
from projector_service.projections.decode import decode
from projector_service.projections.open_texts import open_texts
from ticket_contracts.text import TextKey
from ticket_contracts.topics import EVENTS, TEXT_KEYS
from ticket_contracts.views import TicketView


class HeldKeys:
    """The port `TextKeys` over keys that are all there."""

    def __init__(self, keys: Mapping[str, bytes | None]) -> None:
        self._keys = keys

    async def find(self, kids: object) -> Mapping[str, bytes | None]:
        """Return them all."""
        return self._keys


async def project(bootstrap: str, prefix: str, mongo_uri: str, database: str) -> None:
    """Read the events topic behind `prefix` for ever, one document `views` a ticket in `database`."""
    keys = HeldKeys(await _text_keys(bootstrap, prefix + TEXT_KEYS.name))
    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(mongo_uri, w="majority", journal=True)
    views = client[database].views
    broker = KafkaBroker(bootstrap, logger=None)  # it would log each message twice

    @broker.subscriber(
        prefix + EVENTS.name, group_id=prefix + "plain", auto_offset_reset="earliest", ack_policy=AckPolicy.ACK
    )
    async def on_event(message: KafkaMessage) -> None:
        record = message.raw_message
        assert not isinstance(record, tuple)
        at = Received(record.partition, record.offset, record.key, record.value, datetime.now(UTC))
        (fact,) = await open_texts([decode(at)], keys)
        if not isinstance(fact, Fact):
            return
        found = await views.find_one({"_id": fact.ticket_id})
        view = fold(None if found is None else TicketView.model_validate_json(str(found["record"])), fact)
        await views.replace_one(
            {"_id": fact.ticket_id}, {"record": view.model_dump_json(), "version": view.version}, upsert=True
        )

    await broker.start()
    await asyncio.Event().wait()


async def _text_keys(bootstrap: str, topic: str) -> Mapping[str, bytes | None]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    partitions = [TopicPartition(topic, p) for p in range(TEXT_KEYS.partitions)]
    consumer.assign(partitions)
    keys: dict[str, bytes | None] = {}
    try:
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    key = TextKey.model_validate_json(record.value)
                    keys[key.kid] = b64decode(key.key or "")
    finally:
        await consumer.stop()
    return keys


if __name__ == "__main__":
    asyncio.run(project(*sys.argv[1:5]))
