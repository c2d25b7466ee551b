"""The composition root: every part of the service is made and wired here, and nowhere else."""

from dataclasses import dataclass
from datetime import UTC, datetime

from pymongo import AsyncMongoClient

from query_service.adapters.kafka_notices import GenerationNotices
from query_service.adapters.mongo_change_log import MongoChangeLog
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_serving import MongoServing
from query_service.domain.lag import age_ms
from query_service.freed_memory import keep_giving_back
from query_service.ingest.metrics import IngestMetrics
from query_service.live.streams import Streams
from query_service.ports import NothingServed
from query_service.queries import Queries
from query_service.read_model import ReadModel, group_of
from query_service.settings import QuerySettings
from query_service.switch import GenerationSwitch
from ticket_chassis.health import Health
from ticket_chassis.kafka import create_consumer, topic_name
from ticket_chassis.kafka_admin import kafka_admin
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import Document, connect, database, ping
from ticket_chassis.tasks import TaskSupervisor
from ticket_contracts.topics import GENERATIONS


@dataclass(frozen=True)
class Service:
    """The parts that the app holds on to."""

    client: AsyncMongoClient[Document]
    switch: GenerationSwitch
    live: Streams
    health: Health
    metrics: Metrics
    tasks: TaskSupervisor

    @property
    def queries(self) -> Queries:
        """What is asked now; raises NothingServed."""
        return self.switch.served.queries

    def at_hand(self) -> Queries | None:
        """Return what is asked now if that is known for sure, not to be kept over an await."""
        model = self.switch.at_hand()
        return None if model is None else model.queries

    def lag_ms(self, complete_until: datetime | None = None) -> int:
        """Return how far behind what is complete until then is, or what is served now; 0 while nothing is."""
        if complete_until is not None:
            return age_ms(complete_until, datetime.now(UTC))
        try:
            return self.queries.board.lag_ms()
        except NothingServed:
            return 0


def build(settings: QuerySettings) -> Service:
    """Return the service, wired, with nothing started."""
    metrics, tasks, health = Metrics("query"), TaskSupervisor(), Health()
    metrics.tell_build("query-service")
    client = connect(settings)
    db = database(client, settings)
    notices = GenerationNotices(
        topic_name(GENERATIONS, settings.topic_prefix), lambda: create_consumer(settings, group_id=None)
    )
    ingest_metrics = IngestMetrics(metrics)

    def open_model(number: int) -> ReadModel:
        return ReadModel(number, settings, db, ingest_metrics, lambda asked: switch.number() < asked)

    async def delete_group(number: int) -> None:
        async with kafka_admin(settings.kafka_bootstrap_servers) as admin:
            await admin.delete_group(group_of(number, settings))

    switch = GenerationSwitch(MongoServing(db), notices, open_model, tasks, db, delete_group)

    def changes_of(generation: int, *, with_words: bool) -> MongoChangeLog:
        return MongoChangeLog(Collections.of(db, generation).tickets, with_words=with_words)

    live = Streams(switch.number, changes_of, settings.max_streams)
    service = Service(client, switch, live, health, metrics, tasks)
    tasks.add("notices", notices.run)
    tasks.add("generations", switch.run)
    tasks.add("live", live.run)
    tasks.add("freed memory", keep_giving_back)
    _watch(service)
    return service


def _watch(service: Service) -> None:
    async def mongo() -> None:
        await ping(service.client)

    health, metrics, switch = service.health, service.metrics, service.switch
    health.add_check("mongodb", mongo)
    health.add_check("first-fill", switch.check_filled)
    health.add_detail("generation", switch.describe)
    health.watch(service.tasks)
    metrics.gauge("projection_lag_seconds", "Age of the state that reads show").set_function(
        lambda: service.lag_ms() / 1000
    )
    metrics.gauge("waiting_requests", "Requests that wait for a Consistency-Token").set_function(switch.waiting)
    metrics.gauge("kept_answers_bytes", "Memory that kept answers take").set_function(switch.kept_bytes)
    metrics.gauge("streams", "Clients that listen to GET /stream").set_function(lambda: service.live.listeners)
    metrics.gauge("generation", "Generation of the read topics that is served").set_function(switch.number)
