"""Reads topics from the start, or from a time, to where they ended when asked."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from ticket_chassis.kafka import create_consumer, topic_name
from ticket_chassis.settings import ServiceSettings
from ticket_contracts.text import TextKey
from ticket_contracts.topics import TEXT_KEYS, Topic

CALL_LIMIT = 10.0
SILENCE_LIMIT = 30.0
POLL_MS = 1_000


async def read_topic(
    settings: ServiceSettings, topic: Topic, since: datetime | None = None
) -> AsyncIterator[Sequence[Any]]:
    """Yield all records, in order by partition, some at a time; `since` leaves out what Kafka took before.

    Raises KafkaError, and TimeoutError where nothing comes for 30 s although there is more.
    """
    consumer = create_consumer(settings, group_id=None, request_timeout_ms=int(CALL_LIMIT * 1000))
    try:
        await consumer.start()
        name = topic_name(topic, settings.topic_prefix)
        ends = await _go_to(consumer, [TopicPartition(name, number) for number in range(topic.partitions)], since)
        while ends:
            async with asyncio.timeout(SILENCE_LIMIT):
                while not (fetched := await consumer.getmany(timeout_ms=POLL_MS)):
                    pass
            for records in fetched.values():
                yield records
            ends = {tp: end for tp, end in ends.items() if await consumer.position(tp) < end}
    finally:
        await consumer.stop()


async def read_text_keys(settings: ServiceSettings) -> dict[str, TextKey]:
    """Return the keys on their topic by id, the highest version of each; raises as `read_topic`.

    A record that holds none is passed over: if an event needed it, that one is not taken, and says so.
    """
    keys: dict[str, TextKey] = {}
    async for records in read_topic(settings, TEXT_KEYS):
        for record in records:
            key = _text_key(record.value)
            if key is not None and (key.kid not in keys or key.version > keys[key.kid].version):
                keys[key.kid] = key
    return keys


def _text_key(value: bytes | None) -> TextKey | None:
    try:
        key = TextKey.model_validate_json(value or b"")
        b64decode(key.key or "", validate=True)
    except ValueError:
        return None
    return key


async def _go_to(
    consumer: AIOKafkaConsumer, partitions: list[TopicPartition], since: datetime | None
) -> dict[TopicPartition, int]:
    """Return the ends of those partitions that have anything to read."""
    consumer.assign(partitions)
    async with asyncio.timeout(CALL_LIMIT):
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        starts: dict[TopicPartition, int] = await consumer.beginning_offsets(partitions)
        if since is not None:
            times = dict.fromkeys(partitions, int(since.timestamp() * 1000))
            found = await consumer.offsets_for_times(times)
            starts = {tp: ends[tp] if found[tp] is None else found[tp].offset for tp in partitions}
    for tp, start in starts.items():
        consumer.seek(tp, start)
    return {tp: end for tp, end in ends.items() if starts[tp] < end}
