"""Puts the projector together: the one place that knows which adapter stands behind which port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import AsyncMongoClient

from projector_service.adapters.clock import check_clock
from projector_service.adapters.metrics import ConsumerLag, ProjectorMetrics
from projector_service.adapters.mongo_generations import MongoGenerations
from projector_service.adapters.parking_watch import ParkingWatch
from projector_service.adapters.text_keys import KafkaTextKeys
from projector_service.at_work import GenerationAtWork, Shared
from projector_service.keeper import GenerationKeeper
from projector_service.names import topic_of
from projector_service.settings import Settings
from ticket_chassis.health import Health
from ticket_chassis.kafka import create_consumer, create_producer
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import connect, database, ping
from ticket_chassis.tasks import TaskSupervisor
from ticket_contracts.topics import GENERATIONS, TEXT_KEYS


@dataclass
class Service:
    """The running parts of one projector."""

    metrics: Metrics
    health: Health
    tasks: TaskSupervisor
    client: AsyncMongoClient[dict[str, Any]]
    keeper: GenerationKeeper


def bootstrap(settings: Settings) -> Service:
    """Return the service, connected to nothing yet."""
    metrics, tasks, health = Metrics("projector"), TaskSupervisor(), Health()
    metrics.tell_build("projector-service")
    client = connect(settings)
    db = database(client, settings)
    keys = KafkaTextKeys(lambda: create_consumer(settings, group_id=None), db, topic_of(TEXT_KEYS, settings))
    shared = Shared(settings, client, db, keys, ProjectorMetrics(metrics))
    keeper = GenerationKeeper(
        MongoGenerations(client, db),
        tasks,
        lambda generation: GenerationAtWork(generation, shared),
        lambda: create_producer(settings),
        topic_of(GENERATIONS, settings),
    )
    parking = ParkingWatch(lambda: None if (serving := keeper.serving) is None else serving.parking)
    metrics.registry.register(ConsumerLag(keeper.lags))
    metrics.registry.register(parking)
    health.add_check("mongodb", lambda: ping(client))
    health.add_check("clock", lambda: check_clock(client))
    health.add_check("projector", keeper.check)
    health.add_detail("generations", keeper.describe)
    health.watch(tasks)
    tasks.add("text keys", keys.run)
    tasks.add("generations", keeper.run)
    tasks.add("parking watch", parking.run)
    return Service(metrics, health, tasks, client, keeper)


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    """Run the background tasks; on the way out the batch in hand is finished, or left to be read again."""
    service.tasks.start()
    try:
        yield
    finally:
        await service.tasks.stop()
        await service.client.close()
