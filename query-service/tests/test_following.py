"""What another process writes is heard through the database, in its order: answers first, then how far it has come."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from query_service.adapters.mongo_changes import MongoChanges
from query_service.adapters.mongo_progress import MongoFirstFill, MongoProgressLog
from query_service.adapters.mongo_schema import Collections
from query_service.adapters.mongo_writer import MongoWriter
from query_service.answers import Answer, AnswerCache
from query_service.board import ProgressBoard
from query_service.domain.news import COUNTERS_NEWS, Dependence, News, news_of, of_ticket
from query_service.domain.progress import Progress
from query_service.following import Following
from query_service.sightings import Sightings
from ticket_contracts.partitioning import PARTITIONS
from ticket_contracts.views import ErasedTicket

pytestmark = pytest.mark.stack

ONE, TWO = (str(uuid.UUID(int=n)) for n in (1, 2))
NOON = datetime(2016, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ANSWER = Answer(b"[]", b'"1"')


class Heard(AnswerCache):
    """Answers that note what they are told, and the lag that was told at that time."""

    def __init__(self) -> None:
        super().__init__(1_000_000)
        self.news: list[tuple[News, datetime | None]] = []
        self.board: ProgressBoard | None = None
        self.opened = asyncio.Event()

    def open(self) -> None:
        super().open()
        self.opened.set()

    def hear(self, news: Any) -> None:
        told = list(news)
        super().hear(told)
        as_of = self.board.lag().as_of() if self.board is not None else None
        self.news += [(each, as_of) for each in told]


@pytest.fixture
def heard(collections: Collections) -> Heard:
    heard = Heard()
    heard.board = ProgressBoard(MongoProgressLog(collections), MongoFirstFill(collections), heard)
    return heard


@asynccontextmanager
async def following(collections: Collections, heard: Heard, sightings: Sightings) -> AsyncIterator[None]:
    assert heard.board is not None
    task = asyncio.create_task(
        Following(MongoChanges(collections), MongoFirstFill(collections), heard, sightings, heard.board).run()
    )
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert heard.begin() is None, "nothing is kept behind it"


async def opened(heard: Heard) -> None:
    async with asyncio.timeout(60):
        await heard.opened.wait()


async def begun(collections: Collections) -> None:
    """Begin a first fill of topics on which there is nothing, which is over with that."""
    await MongoFirstFill(collections).begin({}, NOON)
    await MongoFirstFill(collections).documents_are_in()


def up_to(time: datetime) -> list[Progress]:
    """Return the progress of a read model that has everything up to a time."""
    return [Progress(partition, complete_until=time, heard_until=time) for partition in range(PARTITIONS)]


async def test_what_another_process_writes_drops_answers_before_its_progress_is_told(
    collections: Collections, heard: Heard, sightings: Sightings, a_view: Any, a_count: Any, eventually: Any
) -> None:
    writer = MongoWriter(collections)
    await begun(collections)
    await writer.save_progress(up_to(NOON), {})
    async with following(collections, heard, sightings):
        await opened(heard)
        heard.keep(heard.begin(), ("one", b""), ANSWER, of_ticket(ONE))
        heard.keep(heard.begin(), ("counts", b""), ANSWER, Dependence((COUNTERS_NEWS,)))
        erased = ErasedTicket(id=TWO, version=3, partition=0, offset=3, erased_at=NOON)
        await writer.write_views([a_view(ONE, 2, tags=("a",))])
        await writer.write_views([erased])
        await writer.write_counters([a_count(0, 5)])
        await writer.save_progress(up_to(LATER), {})

        async def told() -> bool:
            return heard.board is not None and heard.board.lag().as_of() == LATER

        await eventually(told)
        assert len(heard) == 0
        of_tickets = [(news, as_of) for news, as_of in heard.news if news.keys[0] in (ONE, TWO)]
        assert of_tickets == [(news_of(a_view(ONE, 2, tags=("a",))), NOON), (news_of(erased), NOON)]


async def test_what_this_process_has_told_itself_is_not_told_twice(
    collections: Collections, heard: Heard, sightings: Sightings, a_view: Any, eventually: Any
) -> None:
    writer = MongoWriter(collections)
    await begun(collections)
    async with following(collections, heard, sightings):
        await opened(heard)
        sightings.note_views([a_view(ONE, 2)])
        await writer.write_views([a_view(ONE, 2)])
        await writer.write_views([a_view(ONE, 3)])

        async def told() -> bool:
            return bool(heard.news)

        await eventually(told)
        assert len(heard.news) == 1


async def test_nothing_is_kept_before_the_first_fill_is_complete_nor_when_the_read_model_is_dropped(
    collections: Collections, heard: Heard, sightings: Sightings, eventually: Any
) -> None:
    async def is_closed() -> bool:
        return heard.begin() is None

    async with following(collections, heard, sightings):
        assert await is_closed()
        await begun(collections)
        await opened(heard)
        heard.opened.clear()
        assert not await is_closed()
        await collections.tickets.drop()
        await opened(heard)  # it begins anew
        assert len(heard) == 0


async def test_what_is_kept_outlives_a_time_in_which_nothing_changes(
    mongo_uri: str, collections: Collections, heard: Heard, sightings: Sightings
) -> None:
    await begun(collections)
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(mongo_uri, tz_aware=True, timeoutMS=1_500) as client:
        quiet = Collections.of(client[collections.tickets.database.name])
        async with following(quiet, heard, sightings):
            await opened(heard)
            heard.keep(heard.begin(), ("one", b""), ANSWER, of_ticket(ONE))
            heard.opened.clear()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(3):
                    await heard.opened.wait()
            assert len(heard) == 1
