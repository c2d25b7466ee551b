"""The composition root: everything that the service is made of, wired once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from uuid_utils import uuid7

from command_service.adapters.event_store import MongoEventStore
from command_service.adapters.text_keys import MongoTextKeys
from command_service.execution.batch import BatchHandler
from command_service.execution.handler import CommandHandler
from command_service.execution.recorder import Recorder
from command_service.ports import EventStore, TextKeys
from command_service.settings import CommandSettings
from ticket_chassis.health import Health
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import connect, database, ping
from ticket_chassis.tasks import TaskSupervisor


def utc_now() -> datetime:
    """Return the time of this machine's clock, aware."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a new UUID, version 7, as text."""
    return str(uuid7())


async def _nothing() -> None:
    return None


@dataclass(frozen=True)
class Service:
    """The parts that HTTP needs, and what runs beside it. `close` is called after the tasks have stopped."""

    handler: CommandHandler
    batches: BatchHandler
    metrics: Metrics
    health: Health = field(default_factory=Health)
    tasks: TaskSupervisor = field(default_factory=TaskSupervisor)
    close: Callable[[], Awaitable[None]] = _nothing


def assemble(
    store: EventStore, text_keys: TextKeys, metrics: Metrics, clock: Callable[[], datetime] = utc_now
) -> Service:
    """Return the write side over any store, without background tasks."""
    handler = CommandHandler(store, Recorder(text_keys, clock, new_id), metrics)
    return Service(handler, BatchHandler(store, handler), metrics)


def bootstrap(settings: CommandSettings) -> Service:
    """Return the service on its real MongoDB and Kafka; nothing is connected yet."""
    metrics = Metrics("command")
    client = connect(settings)
    own = database(client, settings)
    service = assemble(MongoEventStore(own, metrics), MongoTextKeys(own, utc_now), metrics)
    service.health.add_check("mongodb", lambda: ping(client))
    return service
