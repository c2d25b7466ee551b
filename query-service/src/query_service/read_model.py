"""The read model of one generation: its documents, what reads them, and the tasks that keep them current."""

from collections.abc import Callable

import structlog
from aiokafka import AIOKafkaConsumer
from pymongo.asynchronous.database import AsyncDatabase

from query_service.adapters.kafka_ingest import KafkaIngest
from query_service.adapters.mongo_changes import MongoChanges
from query_service.adapters.mongo_counters import MongoCounters
from query_service.adapters.mongo_form import discard_other_forms
from query_service.adapters.mongo_progress import MongoFirstFill, MongoProgressLog
from query_service.adapters.mongo_schema import Collections, Document, index_for_ingest, index_for_reads
from query_service.adapters.mongo_tickets import MongoTickets
from query_service.adapters.mongo_timeline import MongoTimeline
from query_service.adapters.mongo_writer import MongoWriter
from query_service.answers import AnswerCache
from query_service.arrivals import Arrivals
from query_service.board import ProgressBoard
from query_service.flights import Flights
from query_service.following import Following
from query_service.ingest.metrics import IngestMetrics
from query_service.ingest.records import READ_TOPICS
from query_service.ingest.rounds import Ingest
from query_service.ports import ReadModelReplaced
from query_service.queries import Queries
from query_service.queries.totals import CurrentTotals
from query_service.settings import QuerySettings
from query_service.sightings import Sightings
from ticket_chassis.kafka import create_consumer, topic_name
from ticket_chassis.tasks import TaskSupervisor
from ticket_contracts.generations import GENERATION_TOPICS, of_generation, suffix
from ticket_contracts.topics import STATS, Topic

GROUP = "query-service"

log = structlog.get_logger(__name__)


class ReadModel:
    """One generation in this process."""

    def __init__(
        self,
        number: int,
        settings: QuerySettings,
        database: AsyncDatabase[Document],
        metrics: IngestMetrics,
        is_beside: Callable[[int], bool],
    ) -> None:
        """Make it, with nothing started; `is_beside` says whether another generation serves than the one given."""
        self.number = number
        self._collections = collections = Collections.of(database, number)
        self.progress_log = MongoProgressLog(collections)
        self.first_fill = MongoFirstFill(collections)
        self.queries = _queries(number, collections, settings)
        self._is_beside: Callable[[], bool] = lambda: is_beside(number)
        self._ingest = _ingest(self.queries, collections, metrics)
        self._kafka_ingest = KafkaIngest(
            self._ingest,
            self.first_fill,
            _topics(number, settings),
            _consumers(number, settings),
            self._is_beside,
        )
        self._ingests = False
        self._reads = 0

    @property
    def reads(self) -> int:
        """How many requests hold it."""
        return self._reads

    @property
    def ingests(self) -> bool:
        """Whether this process keeps it current."""
        return self._ingests

    def hold(self) -> "ReadModel":
        """Keep it for a request."""
        self._reads += 1
        return self

    def release(self) -> None:
        """Let it go after a request."""
        self._reads -= 1

    def start(self, tasks: TaskSupervisor) -> None:
        """Keep it current from now on."""
        end = suffix(self.number)
        tasks.add("ingest" + end, self._run_ingest)
        tasks.add("changes" + end, self._following().run)
        self._ingests = True

    async def stop(self, tasks: TaskSupervisor) -> None:
        """Keep it current no more; what it holds can still be read."""
        self._ingests = False
        for name in ("ingest", "changes"):
            await tasks.remove(name + suffix(self.number))

    async def _run_ingest(self) -> None:
        while True:
            try:
                await self._ingest_what_is_missing()
            except ReadModelReplaced as why:
                # Another copy of the database, or an empty one, under a running service: what is there now counts.
                log.warning("read model replaced: going on from what is stored now", detail=str(why))
                await self._ingest.begin_again()

    async def _ingest_what_is_missing(self) -> None:
        # Here and not before serving: a database that is away at the start is waited for, unready.
        await discard_other_forms(self._collections)
        await index_for_ingest(self._collections)
        # The first fill makes those of lists last, all at once. Beside a generation that serves it is done little by
        # little instead, between short rounds; and where it is over, none may be missing.
        if self._is_beside() or await self.first_fill.is_complete():
            await index_for_reads(self._collections)
        await self._kafka_ingest.run()

    def _following(self) -> Following:
        queries = self.queries
        changes = MongoChanges(self._collections)
        return Following(changes, self.first_fill, queries.answers, queries.sightings, queries.board)


def group_of(generation: int, settings: QuerySettings) -> str:
    """Return the id of the consumer group that ingests a generation."""
    return settings.topic_prefix + GROUP + suffix(generation)


def _queries(number: int, collections: Collections, settings: QuerySettings) -> Queries:
    counters, progress_log = MongoCounters(collections), MongoProgressLog(collections)
    answers = AnswerCache(settings.answers_mib * 1024 * 1024)
    return Queries(
        generation=number,
        tickets=MongoTickets(collections),
        timeline=MongoTimeline(collections),
        counters=counters,
        progress_log=progress_log,
        totals=CurrentTotals(counters),
        arrivals=Arrivals(settings.max_waiting),
        sightings=Sightings(),
        answers=answers,
        flights=Flights(answers),
        board=ProgressBoard(progress_log, MongoFirstFill(collections), answers),
    )


def _ingest(queries: Queries, collections: Collections, metrics: IngestMetrics) -> Ingest:
    return Ingest(
        MongoWriter(collections),
        queries.counters,
        queries.progress_log,
        queries.arrivals,
        queries.sightings,
        queries.answers,
        queries.board,
        metrics,
    )


def _topics(generation: int, settings: QuerySettings) -> dict[str, Topic]:
    """Return the read topics by their names on the broker; the watermarks are those of all generations."""
    return {
        topic_name(
            of_generation(topic, generation) if topic in GENERATION_TOPICS else topic, settings.topic_prefix
        ): topic
        for topic in READ_TOPICS
    }


def _consumers(generation: int, settings: QuerySettings) -> Callable[[], AIOKafkaConsumer]:
    def make() -> AIOKafkaConsumer:
        return create_consumer(
            settings,
            group_id=group_of(generation, settings),
            instance=settings.instance,
            # Every position is sought; a reset by itself would hide that the log is another one.
            auto_offset_reset="none",
            max_partition_fetch_bytes=STATS.max_message_bytes,
            # What is fetched ahead is held in memory, and by default it may be 50 MiB.
            fetch_max_bytes=STATS.max_message_bytes,
        )

    return make
