"""What a stored position or a sighting speaks of outlives the database server."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandListener, CommandStartedEvent

from query_service.adapters.mongo_schema import Collections, index_for_ingest, index_for_reads
from query_service.adapters.mongo_writer import MongoWriter
from query_service.domain.progress import Progress
from query_service.ports import Unreadable
from ticket_contracts.views import ErasedTicket

pytestmark = pytest.mark.stack

NOON = datetime(2016, 3, 1, 12, tzinfo=UTC)

WRITES = {"insert", "update", "delete", "bulkWrite", "findAndModify"}


class Written(CommandListener):
    """The collection and the write concern of each command that writes."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, dict[str, Any]]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in WRITES:
            concern = dict(event.command.get("writeConcern") or {})
            self.commands.append((event.command[event.command_name], concern))

    def succeeded(self, event: Any) -> None: ...
    def failed(self, event: Any) -> None: ...


@pytest.fixture
async def written() -> Written:
    return Written()


@pytest.fixture
async def writer(mongo_uri: str, mongo_database: str, written: Written) -> AsyncIterator[MongoWriter]:
    """Yield a writer whose client has another write concern than it needs."""
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_uri, tz_aware=True, w=1, event_listeners=[written]) as client:
        collections = Collections.of(client[mongo_database])
        await index_for_ingest(collections)
        await index_for_reads(collections)
        yield MongoWriter(collections)


async def test_whatever_ingest_writes_is_on_disk_before_it_goes_on(
    writer: MongoWriter,
    written: Written,
    a_view: Callable[..., Any],
    an_entry: Callable[..., Any],
    a_count: Callable[..., Any],
) -> None:
    ticket = a_view("01a2025d-cc67-777e-aff8-ee385403e56f")
    erased = ErasedTicket(id=ticket.id, version=2, offset=2, partition=ticket.partition, erased_at=NOON)
    await writer.write_views([ticket, erased])
    await writer.add_views([a_view("01a2025d-cc67-777e-aff8-ee385403e571")])
    await writer.write_timeline([an_entry("01a2025d-cc67-777e-aff8-ee385403e570")])
    await writer.drop_timelines([ticket.id])
    await writer.write_counters([a_count(0, 1)])
    await writer.quarantine([Unreadable("t", 0, 0, b"k", b"v", "unreadable")])
    await writer.save_progress([Progress(0)], {})
    collections = ["tickets", "tickets", "timeline", "timeline", "counters", "quarantine", "positions"]
    assert written.commands == [(name, {"w": "majority", "j": True}) for name in collections]
