"""Puts the projector together: the one place that knows which adapter stands behind which port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from faststream.kafka import KafkaBroker
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from projector_service.adapters.clock import check_clock
from projector_service.adapters.consumer import GroupConsumer, subscribe
from projector_service.adapters.kafka_topics import KafkaReadTopics
from projector_service.adapters.metrics import ConsumerLag, ProjectorMetrics
from projector_service.adapters.mongo_store import MongoReadStore
from projector_service.adapters.text_keys import KafkaTextKeys
from projector_service.projections.project_batch import SHUTDOWN_LIMIT, Projector
from projector_service.settings import Settings
from ticket_chassis.health import Health, NotReady
from ticket_chassis.kafka import create_consumer, create_producer, topic_name
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import connect, database, ping
from ticket_chassis.tasks import Halted, TaskSupervisor
from ticket_contracts.topics import EVENTS, TEXT_KEYS

GROUP = "projector-service"
CHECKPOINT_SECONDS = 0.2
STOP_LIMIT = 10.0

log = structlog.get_logger(__name__)


@dataclass
class Service:
    """The running parts of one projector."""

    settings: Settings
    metrics: Metrics
    health: Health
    tasks: TaskSupervisor
    client: AsyncMongoClient[dict[str, Any]]
    projector: Projector
    consumer: GroupConsumer
    topics: KafkaReadTopics
    store: MongoReadStore

    async def check(self) -> None:
        """Raise NotReady while batches cannot be seen through, or anything while Kafka does not answer."""
        if self.projector.trouble is not None:
            raise NotReady(self.projector.trouble)
        await self.consumer.ends([0])


def bootstrap(settings: Settings) -> Service:
    """Return the service, connected to nothing yet."""
    metrics, tasks, health = Metrics("projector"), TaskSupervisor(), Health()
    client = connect(settings)
    db = database(client, settings)
    name_of = partial(topic_name, prefix=settings.topic_prefix)
    consumer = GroupConsumer(name_of(EVENTS))
    store = MongoReadStore(client, db)
    topics = KafkaReadTopics(lambda: create_producer(settings), consumer.end_of, name_of, name_of(EVENTS))
    keys = KafkaTextKeys(lambda: create_consumer(settings, group_id=None), db, name_of(TEXT_KEYS))
    projector = Projector(store, topics, keys, consumer, ProjectorMetrics(metrics))
    metrics.registry.register(ConsumerLag(consumer.lag))
    service = Service(settings, metrics, health, tasks, client, projector, consumer, topics, store)
    health.add_check("mongodb", lambda: ping(client))
    health.add_check("clock", lambda: check_clock(client))
    health.add_check("projector", service.check)
    tasks.add("text keys", keys.run)
    tasks.add("projector", lambda: run_projector(service))
    health.watch(tasks)
    return service


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    """Run the background tasks; on the way out the batch in hand is finished, or left to be read again."""
    service.tasks.start()
    try:
        yield
    finally:
        await service.tasks.stop()
        await service.client.close()


async def run_projector(service: Service) -> None:
    """Read the log until something breaks; a new broker connection starts with nothing remembered."""
    settings, consumer = service.settings, service.consumer
    await service.store.prepare()
    broker = KafkaBroker(
        settings.kafka_bootstrap_servers,
        client_id=f"{settings.topic_prefix}{GROUP}",
        allow_auto_create_topics=False,
        apply_types=False,
        logger=None,
    )
    subscribe(broker, consumer, service.projector, settings.topic_prefix + GROUP)
    try:
        await broker.start()
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            if not consumer.is_reading():
                raise ConnectionError("the loop that reads batches has ended")
            await service.projector.keep_trying()
            await _checkpoint(service)
    finally:
        await service.projector.let_go(SHUTDOWN_LIMIT)
        await _stop(broker)
        await service.topics.close()


async def _checkpoint(service: Service) -> None:
    try:
        positions = await service.projector.checkpoint()
    except PyMongoError as error:
        # Readiness says that the database is away; what is done but not positioned is done again, to no effect.
        log.warning("positions not stored", error=type(error).__name__)
    else:
        await service.consumer.report(positions)


async def _stop(broker: KafkaBroker) -> None:
    try:
        async with asyncio.timeout(STOP_LIMIT):
            await broker.stop()
    except Exception as error:
        # A second consumer beside one that lives on would take its partitions and confuse its positions.
        raise Halted(f"the old consumer does not stop: {type(error).__name__}") from error
