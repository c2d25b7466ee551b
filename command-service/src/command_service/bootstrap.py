"""The composition root: everything that the service is made of, wired once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from pymongo.asynchronous.database import AsyncDatabase
from uuid_utils import uuid7

from command_service.adapters.event_store import MongoEventStore
from command_service.adapters.resolutions import MongoResolutions
from command_service.adapters.server_restarts import ServerRestarts
from command_service.adapters.text_keys import MongoTextKeys
from command_service.execution.admission import Admission, NotAdmitted
from command_service.execution.auto_close import AutoClose
from command_service.execution.batch import BatchHandler
from command_service.execution.handler import CommandHandler
from command_service.execution.recorder import Recorder
from command_service.leasing.clock import DatabaseClock
from command_service.leasing.lease import Lease
from command_service.leasing.led_job import LedJob
from command_service.ports import EventStore, FreshnessReport, TextKeys
from command_service.relay.freshness import Freshness
from command_service.relay.metrics import RelayMetrics
from command_service.relay.record import RelayRecords
from command_service.relay.relay import Relay
from command_service.relay.session import Session
from command_service.relay.verdict import Verdict, Verdicts
from command_service.settings import CommandSettings
from ticket_chassis.health import Health, NotReady
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import Document, connect, database, ping
from ticket_chassis.tasks import TaskSupervisor
from ticket_contracts.partitioning import PARTITIONS

AUTO_CLOSE_INTERVAL = 600.0


def utc_now() -> datetime:
    """Return the time of this machine's clock, aware."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a new UUID, version 7, as text."""
    return str(uuid7())


async def _nothing() -> None:
    return None


async def _admits(admission: Admission) -> None:
    try:
        admission.check()
    except NotAdmitted as why:
        raise NotReady(str(why)) from None


async def _nothing_stored() -> FreshnessReport:
    return FreshnessReport(0, (-1,) * PARTITIONS)


@dataclass(frozen=True)
class Service:
    """The parts that HTTP needs, and what runs beside it. `close` is called after the tasks have stopped."""

    handler: CommandHandler
    batches: BatchHandler
    metrics: Metrics
    freshness: Callable[[], Awaitable[FreshnessReport]] = _nothing_stored
    health: Health = field(default_factory=Health)
    tasks: TaskSupervisor = field(default_factory=TaskSupervisor)
    close: Callable[[], Awaitable[None]] = _nothing


def assemble(
    store: EventStore,
    text_keys: TextKeys,
    metrics: Metrics,
    clock: Callable[[], datetime] = utc_now,
    admission: Admission | None = None,
) -> Service:
    """Return the write side over any store, without background tasks."""
    handler = CommandHandler(store, Recorder(text_keys, clock, new_id), metrics, admission=admission)
    return Service(handler, BatchHandler(store, handler), metrics)


def bootstrap(settings: CommandSettings) -> Service:
    """Return the service on its real MongoDB and Kafka; nothing is connected yet."""
    metrics = Metrics("command")
    metrics.tell_build("command-service")
    restarts = ServerRestarts()
    client = connect(settings, restarts)
    own = database(client, settings)
    text_keys = MongoTextKeys(own, utc_now)
    admission = Admission()
    verdict = Verdict(settings, own, admission)
    relay = build_relay(settings, own, text_keys, metrics, verdict) if settings.relay_enabled else None
    store = MongoEventStore(own, metrics)
    service = replace(
        assemble(store, text_keys, metrics, admission=admission),
        freshness=Freshness(client, own, relay).read,
        close=client.close,
    )
    service.health.add_check("mongodb", lambda: ping(client))
    service.health.add_check("admission", lambda: _admits(admission))
    for call in (service.handler.forget, text_keys.forget, store.forget, verdict.reconsider):
        restarts.then(call)
    if relay is not None:
        service.tasks.add("relay", relay.run)
    service.tasks.add("verdict", verdict.keep)
    service.tasks.add("verdicts", Verdicts(RelayRecords(own), admission).follow)
    if settings.auto_close_after_days is not None:
        after = timedelta(days=settings.auto_close_after_days)
        auto_close = AutoClose(MongoResolutions(own), service.handler, after, utc_now)
        job = LedJob("auto-close", Lease(own, "auto-close"), auto_close.close_due, AUTO_CLOSE_INTERVAL)
        service.tasks.add("auto-close", job.run)
    return service


def build_relay(
    settings: CommandSettings,
    own: AsyncDatabase[Document],
    text_keys: MongoTextKeys,
    metrics: Metrics,
    verdict: Verdict,
) -> Relay:
    """Return the relay of a command database; it leads only where log and store agree."""
    clock = DatabaseClock()
    figures = RelayMetrics(metrics)
    return Relay(
        Lease(own, "relay", clock),
        lambda lease: Session(settings, own, text_keys, clock, figures, lease),
        figures,
        verdict,
    )
