"""One generation at work in this process: its parts, and the loop that drives them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from faststream.kafka import KafkaBroker
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from projector_service.adapters.consumer import CATCH_UP_RECORDS, MAX_RECORDS, GroupConsumer, subscribe
from projector_service.adapters.kafka_topics import KafkaReadTopics
from projector_service.adapters.metrics import ProjectorMetrics
from projector_service.adapters.mongo_generations import MongoGenerations
from projector_service.adapters.mongo_store import MongoReadStore
from projector_service.adapters.pacing import Pace
from projector_service.adapters.parking import ParkingStore
from projector_service.adapters.text_keys import KafkaTextKeys
from projector_service.domain.generations import Generation, State
from projector_service.names import GROUP, group_of, topic_of
from projector_service.projections.project_batch import SHUTDOWN_LIMIT, Projector
from projector_service.settings import Settings
from ticket_chassis.kafka import create_producer
from ticket_chassis.tasks import Halted
from ticket_contracts.topics import EVENTS, Topic

CHECKPOINT_SECONDS = 0.2
WATCH_SECONDS = 2.0
"""How often it is asked whether the log is still the same."""
STOP_LIMIT = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Shared:
    """What all generations of a process use together."""

    settings: Settings
    client: AsyncMongoClient[dict[str, Any]]
    database: AsyncDatabase[dict[str, Any]]
    keys: KafkaTextKeys
    metrics: ProjectorMetrics


class GenerationAtWork:
    """A projector with the documents, topics and consumer group of one generation."""

    def __init__(self, generation: Generation, shared: Shared) -> None:
        self.generation = generation
        self._settings = settings = shared.settings
        self.consumer = GroupConsumer(topic_of(EVENTS, settings))
        self._pace = Pace(self._rate, lambda: len(self.consumer.lag()))
        self._generations = MongoGenerations(shared.client, shared.database)
        self.store = MongoReadStore(shared.client, shared.database, generation.number)
        self.parking = ParkingStore(shared.database, generation.number)
        self.topics = KafkaReadTopics(
            lambda: create_producer(settings),
            self.consumer.end_of,
            self._name_of,
            self.consumer.topic,
            generation.log_ends,
        )
        observer = shared.metrics.of(generation.number)
        self.projector = Projector(self.store, self.topics, shared.keys, self.consumer, observer)

    async def run(self) -> None:
        """Read the log until something breaks; a new broker connection starts with nothing remembered."""
        settings = self._settings
        if not await self._is_wanted():
            return
        await self.store.prepare()
        broker = KafkaBroker(
            settings.kafka_bootstrap_servers,
            client_id=f"{settings.topic_prefix}{GROUP}",
            allow_auto_create_topics=False,
            apply_types=False,
            logger=None,
        )
        group = group_of(self.generation.number, settings)
        subscribe(broker, self.consumer, self.projector, group, self._pace, self._batch_limit)
        try:
            await broker.start()
            for turn in count():
                await asyncio.sleep(CHECKPOINT_SECONDS)
                if not self.consumer.is_reading():
                    raise ConnectionError("the loop that reads batches has ended")
                await self.projector.keep_trying()
                await self._checkpoint()
                if turn % round(WATCH_SECONDS / CHECKPOINT_SECONDS) == 0:
                    await self._watch_log()
        finally:
            await self.projector.let_go(SHUTDOWN_LIMIT)
            await _stop(broker)
            await self.topics.close()

    def lag(self) -> Mapping[int, int]:
        """Return how many messages of each partition it has still to do."""
        return self.consumer.lag()

    def _name_of(self, topic: Topic) -> str:
        return topic_of(topic, self._settings, self.generation.number)

    async def _is_wanted(self) -> bool:
        # One that is being removed has its documents dropped: made again they would stay for ever.
        return any(g.number == self.generation.number and g.is_projected() for g in await self._generations.all())

    def _is_building(self) -> bool:
        return self.generation.state is State.BUILDING

    def _rate(self) -> int | None:
        # Who is served from it must not wait for the sake of those who were served meanwhile.
        return self.generation.rate if self._is_building() else None

    def _batch_limit(self) -> int:
        return self._pace.batch_size(CATCH_UP_RECORDS if self._is_building() else MAX_RECORDS)

    async def _checkpoint(self) -> None:
        try:
            positions = await self.projector.checkpoint()
        except PyMongoError as error:
            # Readiness says that the database is away; what is done but not positioned is done again, to no effect.
            log.warning("positions not stored", error=type(error).__name__)
        else:
            await self.consumer.report(positions)

    async def _watch_log(self) -> None:
        try:
            await self.projector.watch_log()
        except (KafkaError, TimeoutError) as error:
            # Not an answer; whether Kafka is away for too long, the group's commit finds out.
            log.info("not known whether the log is the same", error=type(error).__name__)


async def _stop(broker: KafkaBroker) -> None:
    try:
        async with asyncio.timeout(STOP_LIMIT):
            await broker.stop()
    except Exception as error:
        # A second consumer beside one that lives on would take its partitions and confuse its positions.
        raise Halted(f"the old consumer does not stop: {type(error).__name__}") from error
