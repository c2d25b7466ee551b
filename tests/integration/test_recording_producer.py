"""The producer that contract tests record with does what aiokafka's does, as far as services use it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.support.pacts.records import Record
from tests.support.recording_producer import RecordingProducer
from ticket_contracts.topics import EVENTS, TEXT_KEYS

HEADERS = [("content-type", b"application/json"), ("bytes", b"\xff\x00")]


class Sent:
    """A producer, and the records that its topics hold after it."""

    def __init__(self, producer: Any, prefix: str, bootstrap: str | None) -> None:
        self.producer = producer
        self.prefix = prefix
        self._bootstrap = bootstrap

    async def records(self, topic: str) -> list[Record]:
        """Return the records of a topic by partition and offset."""
        if self._bootstrap is None:
            found = [record for record in self.producer.records if record.topic == topic]
        else:
            found = await self._read(topic)
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def _read(self, topic: str) -> list[Record]:
        async with AIOKafkaConsumer(bootstrap_servers=self._bootstrap) as consumer:
            partitions = [TopicPartition(topic, number) for number in range(EVENTS.partitions)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            found: list[Record] = []
            while any([await consumer.position(tp) < end for tp, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += [Record(topic, r.partition, r.key, r.value, tuple(r.headers), r.offset) for r in records]
        return found


@pytest.fixture(params=["recording", pytest.param("kafka", marks=pytest.mark.stack)])
async def sent(request: pytest.FixtureRequest) -> AsyncIterator[Sent]:
    if request.param == "recording":
        yield Sent(RecordingProducer(), "", None)
        return
    prefix, bootstrap = request.getfixturevalue("topics"), request.getfixturevalue("kafka_bootstrap")
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True) as producer:
        yield Sent(producer, prefix, bootstrap)


async def test_a_batch_keeps_keys_values_headers_and_order(sent: Sent) -> None:
    topic = sent.prefix + EVENTS.name
    ends = []
    for values in ((b"one", b"two"), (b"three",)):
        batch = sent.producer.create_batch()
        for value in values:
            assert batch.append(timestamp=None, key=b"k", value=value, headers=HEADERS) is not None
        acknowledged = await (await sent.producer.send_batch(batch, topic, partition=3))
        ends.append((acknowledged.offset, batch.record_count()))
    assert ends == [(0, 2), (2, 1)]
    values_sent = [(record.offset, record.value) for record in await sent.records(topic)]
    assert values_sent == [(0, b"one"), (1, b"two"), (2, b"three")]
    (headers,) = {record.headers for record in await sent.records(topic)}
    assert headers == tuple(HEADERS)


async def test_a_full_batch_says_so(sent: Sent) -> None:
    batch = sent.producer.create_batch()
    taken = [batch.append(timestamp=None, key=b"k", value=bytes(1_000)) is not None for _ in range(20)]
    assert (taken[0], taken[-1]) == (True, False)


async def test_where_no_partition_is_named_the_key_decides(sent: Sent) -> None:
    topic = sent.prefix + TEXT_KEYS.name
    for number in range(8):
        await (await sent.producer.send(topic, b"v", f"key {number}".encode()))
    places = {record.key: record.partition for record in await sent.records(topic)}
    assert places == {f"key {n}".encode(): place for n, place in enumerate([7, 8, 8, 3, 10, 7, 5, 7])}


async def test_a_single_record_is_as_it_was_sent(sent: Sent) -> None:
    topic = sent.prefix + EVENTS.name
    how: dict[str, Any] = {"key": b"k", "partition": 5, "headers": HEADERS}
    first = await sent.producer.send_and_wait(topic, b"v", **how)
    second = await sent.producer.send_and_wait(topic, b"w", **how)
    assert (first.partition, first.offset, second.offset) == (5, 0, 1)
    assert await sent.records(topic) == [
        Record(topic, 5, b"k", value, tuple(HEADERS), n) for n, value in enumerate((b"v", b"w"))
    ]
