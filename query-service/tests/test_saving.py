"""When positions are stored: behind what they speak of, not with each round, and never so that any is left out."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from query_service.adapters.memory import MemoryWriter
from query_service.answers import AnswerCache
from query_service.arrivals import Arrivals
from query_service.board import ProgressBoard
from query_service.domain.progress import NOTHING_READ, Positions, Progress
from query_service.ingest.metrics import IngestMetrics
from query_service.ingest.records import read_round
from query_service.ingest.rounds import Assignment, Ingest
from query_service.ports import ReadModelReplaced
from query_service.sightings import Sightings
from ticket_chassis.metrics import Metrics


class Saves(MemoryWriter):
    """Takes down which positions are stored, and behind which."""

    def __init__(self) -> None:
        super().__init__()
        self.saves: list[tuple[dict[int, int], Mapping[int, Positions]]] = []

    async def save_progress(self, progress: Iterable[Progress], known: Mapping[int, Positions]) -> None:
        moved = list(progress)
        self.saves.append(({each.partition: each.positions.views for each in moved}, dict(known)))
        await super().save_progress(moved, known)


@pytest.fixture
def writer() -> Saves:
    return Saves()


@pytest.fixture
async def assignment(writer: Saves, in_memory: Any, sightings: Sightings) -> Assignment:
    answers = AnswerCache(0)
    board = ProgressBoard(in_memory.progress_log, in_memory.first_fill, answers)
    metrics = IngestMetrics(Metrics("trial"))
    ingest = Ingest(
        writer, in_memory.counters, in_memory.progress_log, Arrivals(seats=1), sightings, answers, board, metrics
    )
    return await ingest.resume([0, 1])


def up_to(offset: int) -> Positions:
    return Positions(views=offset)


async def apply_up_to(assignment: Assignment, *offsets: int, partition: int = 0) -> None:
    """Apply a round up to each offset."""
    for offset in offsets:
        await assignment.apply(read_round([]), {partition: up_to(offset)})


async def test_rounds_that_follow_each_other_are_saved_together(
    assignment: Assignment, writer: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query_service.ingest.rounds.SAVE_SECONDS", 60.0)
    await apply_up_to(assignment, 1, 2, 3)
    await apply_up_to(assignment, 7, partition=1)
    assert assignment.positions == {0: up_to(3), 1: up_to(7)}
    assert writer.saves == [({0: 1}, {0: NOTHING_READ})]
    await assignment.save()
    assert writer.saves[1:] == [({0: 3, 1: 7}, {0: up_to(1), 1: NOTHING_READ})]
    await assignment.save()
    assert len(writer.saves) == 2, "there was nothing new to save"


async def test_they_are_saved_in_time_while_rounds_come(
    assignment: Assignment, writer: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query_service.ingest.rounds.SAVE_SECONDS", 0.0)
    await apply_up_to(assignment, 1, 2)
    assert [saved for saved, _ in writer.saves] == [{0: 1}, {0: 2}]


async def test_a_read_model_that_went_back_is_noticed_by_what_was_saved_last(
    assignment: Assignment, writer: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query_service.ingest.rounds.SAVE_SECONDS", 60.0)
    await apply_up_to(assignment, 1, 2)
    writer.progress.clear()
    with pytest.raises(ReadModelReplaced):
        await assignment.save()


async def test_what_could_not_be_saved_is_saved_with_the_next(
    assignment: Assignment, writer: Saves, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(writer, "save_progress", fail)
        with pytest.raises(ConnectionError):
            await apply_up_to(assignment, 1)
    await assignment.save()
    assert [saved for saved, _ in writer.saves] == [{0: 1}]
