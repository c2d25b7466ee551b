"""The composition root: every part of the service is made and wired here, and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from pymongo import AsyncMongoClient

from query_service.adapters.kafka_ingest import KafkaIngest
from query_service.adapters.mongo_counters import MongoCounters
from query_service.adapters.mongo_form import discard_other_forms
from query_service.adapters.mongo_progress import MongoFirstFill, MongoProgressLog
from query_service.adapters.mongo_schema import Collections, ensure_indexes
from query_service.adapters.mongo_tickets import MongoTickets
from query_service.adapters.mongo_timeline import MongoTimeline
from query_service.adapters.mongo_writer import MongoWriter
from query_service.arrivals import Arrivals
from query_service.board import ProgressBoard
from query_service.ingest.metrics import IngestMetrics
from query_service.ingest.rounds import Ingest
from query_service.ports import FirstFill
from query_service.queries import Queries
from query_service.queries.totals import CurrentTotals
from query_service.settings import QuerySettings
from query_service.sightings import Sightings
from ticket_chassis.health import Health, NotReady
from ticket_chassis.kafka import create_consumer
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import Document, connect, database, ping
from ticket_chassis.tasks import TaskSupervisor
from ticket_contracts.topics import STATS

GROUP = "query-service"


@dataclass(frozen=True)
class Service:
    """The parts that the app holds on to."""

    client: AsyncMongoClient[Document]
    queries: Queries
    health: Health
    metrics: Metrics
    tasks: TaskSupervisor


def build(settings: QuerySettings) -> Service:
    """Return the service, wired, with nothing started."""
    metrics = Metrics("query")
    client = connect(settings)
    collections = Collections.of(database(client, settings))
    first_fill = MongoFirstFill(collections)
    board = ProgressBoard(MongoProgressLog(collections), first_fill)
    queries = _queries(collections, board, settings)
    _gauges(metrics, queries)
    ingest = Ingest(
        MongoWriter(collections),
        queries.counters,
        queries.progress_log,
        queries.arrivals,
        queries.sightings,
        board,
        IngestMetrics(metrics),
    )
    kafka_ingest = KafkaIngest(ingest, first_fill, settings.topic_prefix, _consumers(settings))

    async def run_ingest() -> None:
        # Here and not before serving: a database that is away at the start is waited for, unready.
        await discard_other_forms(collections)
        await ensure_indexes(collections)
        await kafka_ingest.run()

    tasks = TaskSupervisor()
    tasks.add("ingest", run_ingest)
    tasks.add("progress", board.keep_fresh)
    return Service(client, queries, _health(client, first_fill, tasks), metrics, tasks)


def _queries(collections: Collections, board: ProgressBoard, settings: QuerySettings) -> Queries:
    counters = MongoCounters(collections)
    return Queries(
        tickets=MongoTickets(collections),
        timeline=MongoTimeline(collections),
        counters=counters,
        progress_log=MongoProgressLog(collections),
        totals=CurrentTotals(counters),
        arrivals=Arrivals(settings.max_waiting),
        sightings=Sightings(),
        board=board,
    )


def _consumers(settings: QuerySettings) -> Callable[[], AIOKafkaConsumer]:
    def make() -> AIOKafkaConsumer:
        return create_consumer(
            settings,
            group_id=settings.topic_prefix + GROUP,
            # Every position is sought; a reset by itself would hide that the log is another one.
            auto_offset_reset="none",
            max_partition_fetch_bytes=STATS.max_message_bytes,
        )

    return make


def _health(client: AsyncMongoClient[Document], first_fill: FirstFill, tasks: TaskSupervisor) -> Health:
    async def mongo() -> None:
        await ping(client)

    async def filled() -> None:
        if not await first_fill.is_complete():
            raise NotReady("the first fill from empty is not complete yet")

    health = Health()
    health.add_check("mongodb", mongo)
    health.add_check("first-fill", filled)
    health.watch(tasks)
    return health


def _gauges(metrics: Metrics, queries: Queries) -> None:
    metrics.gauge("projection_lag_seconds", "Age of the state that reads show").set_function(
        lambda: queries.board.lag_ms() / 1000
    )
    metrics.gauge("waiting_requests", "Requests that wait for a Consistency-Token").set_function(
        lambda: queries.arrivals.waiting
    )
