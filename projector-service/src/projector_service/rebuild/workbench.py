"""What every command of a rebuild needs: the database, the log, the broker's administration."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from projector_service.adapters.log_reader import LogReader
from projector_service.adapters.mongo_generations import MongoGenerations
from projector_service.adapters.mongo_store import MongoReadStore
from projector_service.domain.generations import Generation
from projector_service.names import topic_of
from projector_service.settings import Settings
from ticket_chassis.kafka import create_consumer
from ticket_chassis.kafka_admin import KafkaAdmin, kafka_admin
from ticket_chassis.mongo import connect, database
from ticket_contracts.generations import GENERATION_TOPICS
from ticket_contracts.topics import EVENTS


class Refused(Exception):
    """A command that would be wrong now; says why, and what to do next."""


@dataclass(frozen=True)
class Workbench:
    """Connected for the length of a command."""

    settings: Settings
    client: AsyncMongoClient[dict[str, Any]]
    database: AsyncDatabase[dict[str, Any]]
    generations: MongoGenerations
    log: LogReader
    admin: KafkaAdmin

    def store(self, generation: Generation) -> MongoReadStore:
        """Return the documents of a generation."""
        return MongoReadStore(self.client, self.database, generation.number)

    def topics(self, generation: Generation) -> list[str]:
        """Return the names of a generation's own topics."""
        return [topic_of(topic, self.settings, generation.number) for topic in GENERATION_TOPICS]


@asynccontextmanager
async def workbench(settings: Settings) -> AsyncIterator[Workbench]:
    """Connect to MongoDB and Kafka; raises what they raise when they are away."""
    async with (
        connect(settings) as client,
        create_consumer(settings, group_id=None) as consumer,
        kafka_admin(settings.kafka_bootstrap_servers) as admin,
    ):
        db = database(client, settings)
        generations = MongoGenerations(client, db)
        await generations.prepare()
        log = LogReader(consumer, topic_of(EVENTS, settings))
        yield Workbench(settings, client, db, generations, log, admin)
