"""What the projector and the relay send to the read topics, by hand, and a whole query service that reads it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx2
from aiokafka import AIOKafkaProducer

from query_service.app import create_app
from query_service.settings import QuerySettings
from ticket_chassis.topics import ensure_topics
from ticket_contracts.generations import GENERATION_TOPICS, GenerationNotice, GenerationState, of_generation
from ticket_contracts.stats import StatsRecord
from ticket_contracts.topics import GENERATIONS, Topic
from ticket_contracts.views import TicketView
from ticket_contracts.watermarks import Watermark


class Projector:
    """What the projector sends, by hand."""

    def __init__(self, producer: AIOKafkaProducer, settings: QuerySettings) -> None:
        self._producer = producer
        self._settings = settings

    async def make_topics(self, generation: int) -> None:
        """Make the topics of a generation."""
        own = [of_generation(topic, generation) for topic in GENERATION_TOPICS]
        await ensure_topics(self._settings.kafka_bootstrap_servers, self._settings.topic_prefix, topics=own)

    async def send(self, topic: Topic, message: TicketView | StatsRecord | Watermark, generation: int = 1) -> int:
        """Send a record to a generation's topic, into the partition that it speaks of; returns its offset."""
        name = self._settings.topic_prefix + (topic if generation == 1 else of_generation(topic, generation)).name
        value = message.model_dump_json().encode()
        record = await self._producer.send_and_wait(name, value, key=b"k", partition=message.partition)
        return int(record.offset)

    async def tell(self, generation: int, *, same_log: bool = True) -> None:
        """Say that a generation serves."""
        notice = GenerationNotice(
            generation=generation, state=GenerationState.SERVING, same_log=same_log, at=datetime.now(UTC)
        )
        name = self._settings.topic_prefix + GENERATIONS.name
        await self._producer.send_and_wait(
            name, notice.model_dump_json().encode(), key=str(generation).encode(), partition=0
        )


@asynccontextmanager
async def serving(settings: QuerySettings) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of a whole service in this process."""
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test", timeout=30) as client,
    ):
        yield client
