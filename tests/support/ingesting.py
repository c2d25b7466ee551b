"""What these tests work with: ingest as the service has it, on the read model in memory."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from query_service.answers import AnswerCache
from query_service.arrivals import Arrivals
from query_service.board import ProgressBoard
from query_service.domain.progress import Positions
from query_service.ingest.metrics import IngestMetrics
from query_service.ingest.records import READ_TOPICS, RawRecord, read_round
from query_service.ingest.rounds import Ingest
from query_service.sightings import Sightings
from tests.support.pacts.records import Record
from ticket_chassis.metrics import Metrics

Take = Callable[[Record], Awaitable[None]]


@pytest.fixture
def take(in_memory: Any, arrivals: Arrivals, sightings: Sightings, answers: AnswerCache) -> Take:
    """Return what puts a record through ingest; the fixture `client` shows what came of it."""
    board = ProgressBoard(in_memory.progress_log, in_memory.first_fill, answers)
    ingest = Ingest(
        in_memory.writer,
        in_memory.counters,
        in_memory.progress_log,
        arrivals,
        sightings,
        answers,
        board,
        IngestMetrics(Metrics("query")),
    )
    topics = {topic.name: topic for topic in READ_TOPICS}

    async def put_through(record: Record) -> None:
        assignment = await ingest.resume([record.partition])
        raw = RawRecord(topics[record.topic], record.partition, record.offset, record.key, record.value)
        await assignment.apply(read_round([raw]), {record.partition: Positions(0, 0, 0, 0)})
        assert in_memory.writer.unreadable == []

    return put_through
