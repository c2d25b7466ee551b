"""A first fill reads histories last: lists and dashboards are there long before them."""

import asyncio
import uuid
from collections.abc import Callable

import httpx2
import pytest
from aiokafka import TopicPartition
from pymongo.errors import AutoReconnect

from query_service.adapters.kafka_fill import FirstFillReading
from query_service.adapters.mongo_progress import MongoFirstFill
from query_service.adapters.mongo_schema import Collections, index_for_ingest
from query_service.adapters.mongo_writer import WRITTEN_AT_ONCE, MongoWriter
from query_service.domain.progress import Positions
from query_service.together import together
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.topics import STATS, TIMELINE, VIEWS, WATERMARKS
from ticket_contracts.views import TicketView

TICKET = str(uuid.UUID(int=1))
TOPICS = {"p." + topic.name: topic for topic in (VIEWS, TIMELINE, STATS, WATERMARKS)}
HISTORIES = {TopicPartition("p." + TIMELINE.name, partition) for partition in (3, 4)}
ENDS = {3: Positions(views=9, timeline=90, stats=4, watermarks=0), 4: Positions(views=-1, timeline=-1, stats=-1)}


class Paused:
    """What FirstFillReading needs of a consumer."""

    def __init__(self) -> None:
        self.partitions: set[TopicPartition] = set()

    def pause(self, *partitions: TopicPartition) -> None:
        self.partitions |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.partitions -= set(partitions)


class Lists:
    """Makes lists ready once `made` is set, or raises."""

    def __init__(self) -> None:
        self.made = asyncio.Event()
        self.begun = False
        self.failure: Exception | None = None

    async def make(self) -> None:
        self.begun = True
        await self.made.wait()
        if self.failure is not None:
            raise self.failure


BEFORE = {3: Positions(views=9, stats=3, watermarks=0), 4: Positions()}
DOCUMENTS = {3: Positions(views=9, stats=4, watermarks=0), 4: Positions()}
ALL = {3: Positions(views=12, timeline=90, stats=4, watermarks=5), 4: Positions()}


async def test_the_timeline_waits_for_all_else_and_the_fill_for_the_timeline() -> None:
    consumer, lists = Paused(), Lists()
    fill = FirstFillReading(consumer, lists.make, TOPICS, ENDS)
    assert consumer.partitions == HISTORIES
    assert not await fill.is_over(BEFORE)
    await asyncio.sleep(0)
    assert not lists.begun
    assert not await fill.is_over(DOCUMENTS)
    await asyncio.sleep(0)
    assert lists.begun
    assert not await fill.is_over(DOCUMENTS), "reading goes on while lists are being made"
    assert consumer.partitions == HISTORIES
    lists.made.set()
    await asyncio.sleep(0)
    assert not await fill.is_over(DOCUMENTS)
    assert not consumer.partitions
    assert await fill.is_over(ALL)


async def test_lists_that_cannot_be_made_end_the_session() -> None:
    consumer, lists = Paused(), Lists()
    lists.failure = AutoReconnect("away")
    lists.made.set()
    fill = FirstFillReading(consumer, lists.make, TOPICS, ENDS)
    assert not await fill.is_over(DOCUMENTS)
    await asyncio.sleep(0)
    with pytest.raises(AutoReconnect):
        await fill.is_over(DOCUMENTS)
    assert consumer.partitions == HISTORIES


async def test_nobody_makes_lists_after_the_end_of_a_session() -> None:
    lists = Lists()
    fill = FirstFillReading(Paused(), lists.make, TOPICS, ENDS)
    await fill.stop()
    await fill.is_over(DOCUMENTS)
    await asyncio.sleep(0)
    await fill.stop()
    assert lists.begun
    assert not lists.made.is_set()
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.stack
@pytest.mark.parametrize(
    "path", ["/tickets", "/tickets?status=open", "/tickets?status=open&tag=vip", "/tickets?q=hello"]
)
async def test_lists_say_that_they_are_not_ready_and_tickets_are_served(
    mongo_client: httpx2.AsyncClient, collections: Collections, a_view: Callable[..., TicketView], path: str
) -> None:
    await collections.tickets.drop_indexes()
    await index_for_ingest(collections)
    await MongoWriter(collections).write_views([a_view(TICKET)])
    answer = await mongo_client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "read-model-behind")
    assert answer.headers["Retry-After"]
    assert (await mongo_client.get(f"/tickets/{TICKET}")).is_success
    await MongoFirstFill(collections).documents_are_in()
    assert (await mongo_client.get(path)).is_success


@pytest.mark.stack
async def test_lists_are_served_before_searches(
    monkeypatch: pytest.MonkeyPatch,
    mongo_client: httpx2.AsyncClient,
    collections: Collections,
    a_view: Callable[..., TicketView],
) -> None:
    async def is_killed(_: Collections) -> None:
        raise AutoReconnect("away")

    await collections.tickets.drop_indexes()
    await MongoWriter(collections).write_views([a_view(TICKET)])
    with monkeypatch.context() as patch:
        patch.setattr("query_service.adapters.mongo_schema._index_for_searches", is_killed)
        with pytest.raises(AutoReconnect):
            await MongoFirstFill(collections).documents_are_in()
    assert (await mongo_client.get("/tickets?status=open")).is_success
    assert (await mongo_client.get("/tickets?q=hello")).status_code == 503
    await MongoFirstFill(collections).documents_are_in()
    assert (await mongo_client.get("/tickets?q=hello")).is_success


@pytest.mark.stack
async def test_a_round_that_is_larger_than_what_is_written_at_once(
    collections: Collections, a_view: Callable[..., TicketView], an_entry: Callable[..., TimelineEntry]
) -> None:
    ids = [str(uuid.UUID(int=number)) for number in range(2 * WRITTEN_AT_ONCE + 1)]
    writer = MongoWriter(collections)
    for _ in range(2):
        await writer.write_views([a_view(ticket_id) for ticket_id in ids])
        await writer.write_timeline([an_entry(ticket_id) for ticket_id in ids])
    assert await collections.tickets.count_documents({}) == len(ids)
    assert await collections.timeline.count_documents({}) == len(ids)


async def test_calls_together_are_all_ended_before_one_is_said_to_have_failed() -> None:
    ended = asyncio.Event()

    async def fails() -> None:
        raise AutoReconnect("away")

    async def takes_longer() -> None:
        await asyncio.sleep(0.01)
        ended.set()

    with pytest.raises(AutoReconnect):
        await together([fails(), takes_longer()])
    assert ended.is_set()
