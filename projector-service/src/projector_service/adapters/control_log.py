"""Writes operators' requests into the log, beside the events of their tickets."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from projector_service.settings import Settings
from ticket_chassis.kafka import create_producer, topic_name
from ticket_chassis.producers import stop_producer
from ticket_contracts.control import Drop, Redrive, control_message
from ticket_contracts.envelope import CONTENT_TYPE
from ticket_contracts.model import to_utc_ms
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import EVENTS

SEND_LIMIT = 15.0


class ControlLog:
    """Writes to the events topic; a request has been written once `write` returns, on all replicas in sync."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic

    async def write(self, ticket_id: str, request: Redrive | Drop) -> int:
        """Return the offset at which the request stands; raises KafkaError, or TimeoutError after 15 s."""
        message = control_message(request, ticket_id, str(uuid.uuid4()), to_utc_ms(datetime.now(UTC)))
        async with asyncio.timeout(SEND_LIMIT):
            sent = await self._producer.send_and_wait(
                self._topic,
                message.encode(),
                key=ticket_id.encode(),
                partition=partition_of(ticket_id),
                headers=[("content-type", CONTENT_TYPE.encode())],
            )
        return int(sent.offset)


@asynccontextmanager
async def control_log(settings: Settings) -> AsyncIterator[ControlLog]:
    """Yield a connection to the log; raises KafkaError, or TimeoutError after 15 s, where there is none."""
    producer = create_producer(settings)
    try:
        async with asyncio.timeout(SEND_LIMIT):
            await producer.start()
        yield ControlLog(producer, topic_name(EVENTS, settings.topic_prefix))
    finally:
        await stop_producer(producer)
