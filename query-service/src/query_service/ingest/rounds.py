"""Applies rounds of records to the read model, in the order that makes a stored position true."""

from collections.abc import Collection, Coroutine, Iterable, Mapping
from time import monotonic
from typing import Any

import structlog

from query_service.answers import AnswerCache
from query_service.arrivals import Arrivals
from query_service.board import ProgressBoard
from query_service.domain.news import COUNTERS_MOVED, news_of
from query_service.domain.progress import NOTHING_READ, Counted, Positions, Progress, ProgressTracker
from query_service.ingest.metrics import IngestMetrics
from query_service.ingest.records import Round
from query_service.ports import Counters, ProgressLog, ReadModelReplaced, ReadModelWriter, ViewRecord
from query_service.sightings import Sightings
from query_service.together import together
from ticket_contracts.views import ErasedTicket

SAVE_SECONDS = 0.1
"""Positions are stored so often while rounds come: what was applied behind them comes again after a crash, and changes
nothing. With each round, they were every third request of ingest while tickets were written one by one."""

log = structlog.get_logger(__name__)


class Ingest:
    """What ingest works on; `resume` starts it on some partitions."""

    def __init__(
        self,
        writer: ReadModelWriter,
        counters: Counters,
        progress_log: ProgressLog,
        arrivals: Arrivals,
        sightings: Sightings,
        answers: AnswerCache,
        board: ProgressBoard,
        metrics: IngestMetrics,
    ) -> None:
        self.writer = writer
        self.arrivals = arrivals
        self.sightings = sightings
        self.answers = answers
        self.board = board
        self.metrics = metrics
        self._counters = counters
        self._progress_log = progress_log
        self._known: dict[int, Positions] = {}
        """What was stored when this process last heard of it. Nothing that is stored goes back."""

    async def resume(self, partitions: Collection[int]) -> "Assignment":
        """Return the work on these partitions, from where the read model stands.

        Raises ReadModelReplaced where that is behind what was stored.
        """
        self.sightings.clear()
        stored = await self._progress_log.load()
        if not all(p in stored and stored[p].positions.has_reached(known) for p, known in self._known.items()):
            raise ReadModelReplaced("positions are behind what was stored")
        self._known = {partition: progress.positions for partition, progress in stored.items()}
        # What others wrote up to here may be news on its way, and the next progress speaks of it.
        self.answers.renew()
        counted = {record.partition: Counted.of(record) for record in await self._counters.records(partitions)}
        trackers = {
            partition: ProgressTracker(
                stored.get(partition, Progress(partition)),
                [counted[partition]] if partition in counted else [],
            )
            for partition in partitions
        }
        return Assignment(self, trackers)

    def is_saved(self, progress: Progress) -> bool:
        """Say whether the positions of a partition are those that are known to be stored."""
        return progress.positions == self._stored(progress.partition)

    async def save(self, moved: Collection[Progress]) -> None:
        """Store how far some partitions have come from where they are known to be stored; raises ReadModelReplaced."""
        await self.writer.save_progress(moved, {each.partition: self._stored(each.partition) for each in moved})
        self._known |= {each.partition: each.positions for each in moved}

    def _stored(self, partition: int) -> Positions:
        return self._known.get(partition, NOTHING_READ)

    async def begin_again(self) -> None:
        """Forget what was stored, and read what is: the database is another one."""
        self._known.clear()
        await self.board.begin_again()


class Assignment:
    """Ingest of the partitions that this process owns until the next rebalance."""

    def __init__(self, ingest: Ingest, trackers: Mapping[int, ProgressTracker]) -> None:
        self._ingest = ingest
        self._trackers = trackers
        self._save_at = 0.0

    @property
    def positions(self) -> dict[int, Positions]:
        """The positions by partition of what has been applied."""
        return {partition: tracker.progress.positions for partition, tracker in self._trackers.items()}

    async def apply(self, found: Round, positions: Mapping[int, Positions]) -> None:
        """Store what a round says, then, if it is time, that it is: `positions` are where reading stood behind it.

        Whatever it raises, nothing is lost: positions come last, and a second application changes nothing. Raises
        ReadModelReplaced where the read model has gone back behind what was stored.
        """
        with self._ingest.metrics.round_seconds.time():
            await self._store(found)
            self._advance(positions, found)
            if monotonic() >= self._save_at:
                await self.save()
        self._ingest.metrics.count(found)

    async def save(self) -> None:
        """Store the positions of all that has been applied; raises as `apply` does."""
        applied = (tracker.progress for tracker in self._trackers.values())
        moved = [each for each in applied if not self._ingest.is_saved(each)]
        if not moved:
            return
        await self._ingest.save(moved)
        self._save_at = monotonic() + SAVE_SECONDS

    async def _store(self, found: Round) -> None:
        writer, arrivals = self._ingest.writer, self._ingest.arrivals
        answers, sightings = self._ingest.answers, self._ingest.sightings
        if found.unreadable:
            await writer.quarantine(found.unreadable)
            _report(found)
        writes: list[Coroutine[Any, Any, None]] = []
        if found.views:
            writes += self._write_views(found)
        if found.timeline:
            writes.append(writer.write_timeline(found.timeline))
        if found.counters:
            writes.append(writer.write_counters(found.counters.values()))
        await together(writes)
        if erased := [record.id for record in found.views.values() if isinstance(record, ErasedTicket)]:
            # Behind the entries of this round; those of later rounds find the marker.
            await writer.drop_timelines(erased)
        # The answers first: whoever is woken below may ask again without a token.
        answers.hear(map(news_of, found.views.values()))
        sightings.note_views(found.views.values())
        sightings.note_entries(found.timeline)
        arrivals.announce(found.views.keys() | {entry.ticket_id for entry in found.timeline})
        if found.counters:
            answers.hear([COUNTERS_MOVED])
            sightings.note_counters(found.counters.values())
            arrivals.announce(found.counters)

    def _write_views(self, found: Round) -> list[Coroutine[Any, Any, None]]:
        writer, sightings = self._ingest.writer, self._ingest.sightings
        stored, new = list(found.views.values()), list[ViewRecord]()
        if found.is_first_fill:
            # One that is taken for new and is there costs more than it could save.
            new = [view for view in stored if sightings.state(view.id) is None]
            stored = [view for view in stored if sightings.state(view.id) is not None]
        ways = (writer.write_views, stored), (writer.add_views, new)
        return [write(views) for write, views in ways if views]

    def _advance(self, positions: Mapping[int, Positions], found: Round) -> None:
        moved = [
            self._trackers[partition].advance(at, found.counted[partition], found.watermarks[partition])
            for partition, at in positions.items()
        ]
        if moved:
            self._ingest.board.note(moved)


def _report(found: Round) -> None:
    for record in found.unreadable:
        log.error(
            "record quarantined",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=record.why,
        )


def changed(applied: Mapping[int, Positions], now: Iterable[tuple[int, Positions]]) -> dict[int, Positions]:
    """Return those of the positions that are not what has been applied."""
    return {partition: at for partition, at in now if applied[partition] != at}
