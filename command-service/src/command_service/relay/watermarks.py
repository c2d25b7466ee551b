"""Says once a second how far the log follows the store: lag is honest even while nothing is published."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from command_service.relay.progress import Progress
from command_service.relay.publisher import Publisher
from ticket_contracts.partitioning import PARTITIONS
from ticket_contracts.watermarks import Watermark

INTERVAL = 1.0


async def send_watermarks(
    producer: AIOKafkaProducer,
    topic: str,
    progress: Progress,
    publisher: Publisher,
    check_lease: Callable[[], None],
) -> None:
    """Send one watermark per events partition each second, for ever; raises what the producer and the lease raise."""
    while True:
        await asyncio.sleep(INTERVAL)
        check_lease()
        # Before the relay has looked at the store in this run there is nothing true to say.
        if progress.stored_until is not None:
            await send_round(producer, topic, progress.stored_until, publisher.log.published)


async def send_round(producer: AIOKafkaProducer, topic: str, stored_until: datetime, published: Sequence[int]) -> None:
    """Send one watermark per events partition; raises what the producer raises."""
    at, published = datetime.now(UTC), tuple(published)
    sent = [
        await producer.send(topic, value, str(partition).encode(), partition=partition)
        for partition in range(PARTITIONS)
        for value in [_encode(partition, published[partition], stored_until, at)]
    ]
    await asyncio.gather(*sent)


def _encode(partition: int, published: int, stored_until: datetime, at: datetime) -> bytes:
    mark = Watermark(partition=partition, published=published, stored_until=stored_until, at=at)
    return mark.model_dump_json().encode()
