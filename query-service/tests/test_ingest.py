"""Ingest on real Kafka and MongoDB: order, duplicates, garbage, restarts, refills."""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from query_service.adapters.mongo_form import discard_other_forms
from query_service.adapters.mongo_schema import Collections, Document
from query_service.bootstrap import Service, build
from query_service.domain.listing import ListQuery
from query_service.ingest.records import READ_TOPICS
from query_service.read_model import group_of
from query_service.settings import QuerySettings
from ticket_chassis.kafka import create_consumer
from ticket_contracts.model import Contract
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import STATS, TIMELINE, VIEWS, WATERMARKS, Topic
from ticket_contracts.views import ErasedTicket
from ticket_contracts.watermarks import Watermark

pytestmark = pytest.mark.stack

IDS = [str(uuid.UUID(int=n)) for n in range(1, 41)]
ONE = IDS[0]
PARTITION = partition_of(ONE)

Send = Callable[..., Any]


@pytest.fixture
async def send(kafka_bootstrap: str, topics: str) -> AsyncIterator[Send]:
    """Yield a function that sends a contract or bytes and returns its offset."""

    async def one(topic: Topic, partition: int, message: Contract | bytes | None) -> int:
        value = message.model_dump_json().encode() if isinstance(message, Contract) else message
        record = await producer.send_and_wait(topics + topic.name, value, key=b"k", partition=partition)
        return int(record.offset)

    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        yield one


@asynccontextmanager
async def running(settings: QuerySettings) -> AsyncIterator[Service]:
    service = build(settings)
    service.tasks.start()
    try:
        async with asyncio.timeout(30):
            while not service.switch.number():  # noqa: ASYNC110 - it is in a database
                await asyncio.sleep(0.02)
        yield service
    finally:
        await service.tasks.stop()
        await service.client.close()


def is_ready(service: Service) -> Callable[[], Any]:
    async def ready() -> bool:
        return await service.health.problems() == {}

    return ready


def shows(service: Service, ticket_id: str, version: int) -> Callable[[], Any]:
    async def seen() -> bool:
        found = await service.queries.tickets.find(ticket_id)
        return found is not None and found.version >= version

    return seen


def has_saved(collections: Collections, before: list[Document]) -> Callable[[], Any]:
    async def moved() -> bool:
        views = {row["_id"]: row["views"] for row in before}
        return any(row["views"] > views[row["_id"]] for row in await collections.positions.find().to_list())

    return moved


async def send_history(send: Send, a_view: Any, an_entry: Any) -> None:
    """Send four versions of every ticket, shuffled and some twice."""
    records = [(ticket_id, version) for ticket_id in IDS for version in range(1, 5)]
    records += records[::3]
    random.Random(3).shuffle(records)
    for ticket_id, version in records:
        partition = partition_of(ticket_id)
        await send(TIMELINE, partition, an_entry(ticket_id, version))
        await send(VIEWS, partition, a_view(ticket_id, version))


async def come_and_go(settings: QuerySettings) -> None:
    """Let the group give its partitions out anew, by another member of it."""
    other = create_consumer(settings, group_id=group_of(1, settings))
    other.subscribe([settings.topic_prefix + topic.name for topic in READ_TOPICS])
    async with other, asyncio.timeout(30):
        while not other.assignment():  # noqa: ASYNC110 - aiokafka tells only whoever has subscribed with a listener
            await asyncio.sleep(0.02)


async def content(service: Service) -> dict[str, Any]:
    tickets = await service.queries.tickets.page(ListQuery(limit=100))
    return {
        ticket.place.ticket_id: (
            json.loads(ticket.item)["version"],
            [entry.version for entry in await service.queries.timeline.page(ticket.place.ticket_id, 0, 100)],
        )
        for ticket in tickets
    }


EXPECTED = {ticket_id: (4, [1, 2, 3, 4]) for ticket_id in IDS}


async def test_whatever_the_order_the_newest_stands_and_the_fill_ends_ready(
    settings: QuerySettings, send: Send, a_view: Any, an_entry: Any, eventually: Any
) -> None:
    await send_history(send, a_view, an_entry)
    async with running(settings) as service:
        await eventually(is_ready(service))
        assert await content(service) == EXPECTED


async def test_garbage_is_quarantined_and_what_follows_is_taken(
    settings: QuerySettings, send: Send, a_view: Any, a_count: Any, collections: Collections, eventually: Any
) -> None:
    await send(VIEWS, PARTITION, b"\xff not json")
    await send(VIEWS, PARTITION, None)
    await send(VIEWS, PARTITION, a_view(ONE, 1, partition=(PARTITION + 1) % 12))
    await send(TIMELINE, PARTITION, b"{}")
    await send(STATS, PARTITION, a_count((PARTITION + 1) % 12, 5))
    await send(WATERMARKS, PARTITION, b"[]")
    await send(VIEWS, PARTITION, a_view(ONE, 2))
    async with running(settings) as service:
        await eventually(is_ready(service))
        assert (await content(service))[ONE] == (2, [])
        rows = await collections.quarantine.find().sort("_id").to_list()
        assert [(row["topic"], row["offset"]) for row in rows] == [
            (STATS.name, 0),
            (TIMELINE.name, 0),
            (VIEWS.name, 0),
            (VIEWS.name, 1),
            (VIEWS.name, 2),
            (WATERMARKS.name, 0),
        ]
        assert rows[2]["value"] == b"\xff not json"
        assert all(row["why"] for row in rows)
        exposition = service.metrics.exposition().decode()
        assert f'tickets_query_quarantined_records_total{{topic="{VIEWS.name}"}} 3.0' in exposition


async def test_a_restart_goes_on_where_the_data_ends(
    settings: QuerySettings, send: Send, a_view: Any, an_entry: Any, collections: Collections, eventually: Any
) -> None:
    await send_history(send, a_view, an_entry)
    async with running(settings) as service:
        await eventually(shows(service, ONE, 1))
    # What was taken in is marked; a second reading of it would be seen.
    await collections.timeline.update_many({}, {"$set": {"entry": b'{"version":0}'}})
    taken = await collections.timeline.count_documents({})
    await send(VIEWS, PARTITION, a_view(ONE, 5))
    async with running(settings) as service:
        await eventually(shows(service, ONE, 5))
        await eventually(is_ready(service))
        assert await content(service) == EXPECTED | {ONE: (5, [1, 2, 3, 4])}
    assert await collections.timeline.count_documents({"entry": b'{"version":0}'}) == taken


async def test_an_older_copy_under_a_running_service_is_brought_up_to_date(
    settings: QuerySettings, send: Send, a_view: Any, an_entry: Any, collections: Collections, eventually: Any
) -> None:
    await send_history(send, a_view, an_entry)
    other = next(each for each in IDS[1:] if partition_of(each) == PARTITION)
    stores = (collections.tickets, collections.timeline, collections.positions)
    async with running(settings) as service:
        await eventually(is_ready(service))
        copies = [await store.find().to_list() for store in stores]
        await send(VIEWS, PARTITION, a_view(ONE, 5))
        await eventually(shows(service, ONE, 5))
        await eventually(has_saved(collections, copies[-1]))  # no copy is put in place within a tenth of a second
        for store, rows in zip(stores, copies, strict=True):
            await store.delete_many({})
            await store.insert_many(rows)
        await send(VIEWS, PARTITION, a_view(other, 5))
        await eventually(shows(service, other, 5))
        await eventually(shows(service, ONE, 5))


@pytest.fixture
async def dropped(
    settings: QuerySettings, send: Send, a_view: Any, an_entry: Any, collections: Collections, eventually: Any
) -> AsyncIterator[Service]:
    """A running service whose database was full, and has just been dropped."""
    await send_history(send, a_view, an_entry)
    async with running(settings) as service:
        await eventually(is_ready(service))
        await collections.positions.database.client.drop_database(settings.mongo_database)
        yield service


async def test_a_database_that_is_dropped_under_a_running_service_is_filled_again(
    dropped: Service, send: Send, a_view: Any, eventually: Any
) -> None:
    await send(VIEWS, PARTITION, a_view(ONE, 5))
    await eventually(shows(dropped, ONE, 5))
    await eventually(is_ready(dropped))
    assert await content(dropped) == EXPECTED | {ONE: (5, [1, 2, 3, 4])}


async def test_a_database_that_was_dropped_is_filled_again_where_that_shows_as_partitions_are_taken_up(
    dropped: Service, settings: QuerySettings, collections: Collections, eventually: Any
) -> None:
    await come_and_go(settings)  # as after an interruption: nothing has moved that was to be stored
    await eventually(is_ready(dropped))
    assert await content(dropped) == EXPECTED
    assert "by_version" in await collections.timeline.index_information()


async def test_a_lost_position_is_harmless_and_an_empty_database_is_filled_again(
    settings: QuerySettings, send: Send, a_view: Any, an_entry: Any, collections: Collections, eventually: Any
) -> None:
    await send_history(send, a_view, an_entry)
    async with running(settings) as service:
        await eventually(is_ready(service))
    await collections.positions.delete_many({})
    await collections.first_fill.delete_many({})
    async with running(settings) as service:
        await eventually(is_ready(service))
        assert await content(service) == EXPECTED
    await collections.positions.database.client.drop_database(settings.mongo_database)
    async with running(settings) as service:
        # The group's own commits are beyond all records by now; only the database's positions count.
        await eventually(is_ready(service))
        assert await content(service) == EXPECTED


async def test_who_reads_no_more_does_not_say_how_far_behind_he_is(
    settings: QuerySettings, eventually: Callable[..., Any]
) -> None:
    async def is_told() -> bool:
        return b"tickets_query_ingest_behind_messages{" in service.metrics.exposition()

    async with running(settings) as service:
        await eventually(is_told)
    assert not await is_told()


async def test_a_position_beyond_the_log_stops_ingest_and_says_so(
    settings: QuerySettings, collections: Collections, eventually: Any
) -> None:
    await discard_other_forms(collections)
    await collections.positions.insert_one(
        {"_id": 3, "views": 7, "timeline": -1, "stats": -1, "watermarks": -1, "applied": -1, "published": -1}
    )
    async with running(settings) as service:

        async def halted() -> bool:
            return "another log" in (await service.health.problems()).get("task ingest", "")

        await eventually(halted)


async def test_progress_follows_counters_and_watermarks(
    settings: QuerySettings, send: Send, a_view: Any, an_entry: Any, a_count: Any, eventually: Any
) -> None:
    now = datetime.now(UTC)
    for partition in range(12):
        mark = Watermark(partition=partition, published=3 if partition == PARTITION else -1, stored_until=now, at=now)
        await send(WATERMARKS, partition, mark)
    async with running(settings) as service:
        await eventually(is_ready(service))
        before = (await service.queries.show_freshness()).partitions[PARTITION]
        assert (before.applied, before.published) == (-1, 3)
        assert json.loads(await service.queries.show_dashboard())["as_of"] is None

        timeline_offset = await send(TIMELINE, PARTITION, an_entry(ONE, 1))
        # Counters that come before the view that they count: not applied yet.
        await send(STATS, PARTITION, a_count(PARTITION, 3, total=1, views_offset=0, timeline_offset=timeline_offset))

        async def counted() -> bool:
            return bool(json.loads(await service.queries.show_dashboard())["total"])

        await eventually(counted)
        assert (await service.queries.show_freshness()).partitions[PARTITION].applied == -1
        await send(VIEWS, PARTITION, a_view(ONE, 1))

        async def applied() -> bool:
            return (await service.queries.show_freshness()).partitions[PARTITION].applied == 3

        await eventually(applied)
        freshness = await service.queries.show_freshness()
        assert 0 <= freshness.lag_ms < timedelta(minutes=2) // timedelta(milliseconds=1)
        assert json.loads(await service.queries.show_dashboard())["as_of"] is not None


async def test_an_erasure_takes_the_ticket_and_its_timeline(
    settings: QuerySettings, send: Send, a_view: Any, an_entry: Any, eventually: Any
) -> None:
    await send(TIMELINE, PARTITION, an_entry(ONE, 1))
    await send(VIEWS, PARTITION, a_view(ONE, 1))
    async with running(settings) as service:
        await eventually(shows(service, ONE, 1))
        erased = ErasedTicket(id=ONE, version=2, partition=PARTITION, offset=2, erased_at=datetime.now(UTC))
        await send(VIEWS, PARTITION, erased)

        async def gone() -> bool:
            return await service.queries.tickets.find(ONE) is None

        await eventually(gone)
        await eventually(lambda: _has_no_entries(service))


async def _has_no_entries(service: Service) -> bool:
    return await service.queries.timeline.page(ONE, 0, 10) == []


async def test_two_members_share_the_partitions_and_each_serves_all(
    settings: QuerySettings, send: Send, a_view: Any, an_entry: Any, eventually: Any
) -> None:
    async with running(settings) as first, running(settings) as second:

        async def shared() -> bool:
            parts = [service.queries.arrivals.own_partitions for service in (first, second)]
            return all(parts) and parts[0] | parts[1] == set(range(12)) and not parts[0] & parts[1]

        await eventually(shared)
        await send_history(send, a_view, an_entry)
        for service in (first, second):
            for ticket_id in IDS:
                await eventually(shows(service, ticket_id, 4))
            await eventually(is_ready(service))
