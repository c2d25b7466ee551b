"""When positions are stored: behind what they speak of, not with each round, and never so that any is left out."""

from collections.abc import Iterable, Mapping

import pytest

from query_service.adapters.memory import MemoryCounters, MemoryProgress, MemoryWriter
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
def ingest(writer: Saves, sightings: Sightings) -> Ingest:
    answers, progress = AnswerCache(0), MemoryProgress(writer)
    board, metrics = ProgressBoard(progress, progress, answers), IngestMetrics(Metrics("trial"))
    return Ingest(writer, MemoryCounters(writer), progress, Arrivals(seats=1), sightings, answers, board, metrics)


@pytest.fixture
async def assignment(ingest: Ingest) -> Assignment:
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


@pytest.mark.parametrize("left", [NOTHING_READ, up_to(1)])
async def test_one_that_went_back_while_nothing_was_saved_is_noticed_when_partitions_are_taken_up(
    assignment: Assignment, ingest: Ingest, writer: Saves, left: Positions
) -> None:
    await apply_up_to(assignment, 2, partition=1)
    await assignment.save()
    writer.progress[1] = Progress(1, left)
    with pytest.raises(ReadModelReplaced):
        await ingest.resume([0])
    await ingest.begin_again()
    assert (await ingest.resume([1])).positions == {1: left}


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
