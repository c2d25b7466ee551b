"""Follows what all processes write to the read model, and so keeps answers and lag true, in one order.

The lag that reads tell never runs ahead of the answers that are kept: what says how far another process has come is
heard behind the news of what that process wrote before (docs/adr/0011).
"""

import asyncio

import structlog
from pymongo.errors import PyMongoError

from query_service.answers import AnswerCache
from query_service.board import ProgressBoard
from query_service.domain.news import COUNTERS_MOVED
from query_service.ports import Changed, Changes, CountersChanged, FirstFill, ReadModelReplaced, TicketChanged
from query_service.sightings import Sightings

log = structlog.get_logger(__name__)

RETRY_SECONDS = 0.5


class Following:
    """The task that listens for one generation; answers are kept while it does."""

    def __init__(
        self,
        changes: Changes,
        first_fill: FirstFill,
        answers: AnswerCache,
        sightings: Sightings,
        board: ProgressBoard,
    ) -> None:
        self._changes = changes
        self._first_fill = first_fill
        self._answers = answers
        self._sightings = sightings
        self._board = board

    async def run(self) -> None:
        """Follow for ever; while the database is away or still fills, nothing is kept and the lag is looked up."""
        while True:
            try:
                await self._board.refresh()
                if await self._first_fill.is_complete():
                    await self._follow()
            except PyMongoError as error:
                log.warning("changes not heard", error=type(error).__name__)
            except ReadModelReplaced as why:
                log.warning("read model replaced", detail=str(why))
            finally:
                self._answers.close()
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self) -> None:
        async with self._changes.follow() as changes:
            # Between the two: whatever is written from here on is heard, and whatever is read is no older than this.
            await self._board.refresh()
            self._answers.open()
            async for change in changes:
                self._take(change)

    def _take(self, change: Changed) -> None:
        if isinstance(change, TicketChanged):
            if not self._is_known(change):
                self._answers.hear([change.news])
        elif isinstance(change, CountersChanged):
            if self._sightings.counted(change.partition) < change.offset:
                self._answers.hear([COUNTERS_MOVED])
        else:
            self._board.note([change.progress])

    def _is_known(self, change: TicketChanged) -> bool:
        """Say whether this process wrote that itself, or something newer, and told the answers then."""
        state = self._sightings.state(change.news.keys[0])
        return state is not None and (state.version, state.offset) >= (change.version, change.offset)
