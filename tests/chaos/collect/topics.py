"""Whole topics, read from their beginning to where they end now."""

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from ticket_contracts.topics import STATS, Topic

_FETCH_MS = 500


async def read_topic(bootstrap: str, topic: Topic, prefix: str = "") -> list[Any]:
    """Return all records that a topic holds, in order by partition; its name on the broker begins with `prefix`."""
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, max_partition_fetch_bytes=STATS.max_message_bytes, enable_auto_commit=False
    ) as consumer:
        partitions = [TopicPartition(prefix + topic.name, number) for number in range(topic.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        records: list[Any] = []
        while await _behind(consumer, ends):
            for batch in (await consumer.getmany(timeout_ms=_FETCH_MS)).values():
                records += batch
        return records


def newest(records: Iterable[Any]) -> dict[str, bytes]:
    """Return the last value of each key, as compaction would leave it."""
    last = {record.key.decode(): record.value for record in records}
    return {key: value for key, value in last.items() if value is not None}


async def _behind(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    positions = [await consumer.position(partition) < end for partition, end in ends.items()]
    return any(positions)
