"""The progress of all partitions, at hand in memory: told by this process' ingest, and read for the others'."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import structlog
from pymongo.errors import PyMongoError

from query_service.domain.lag import Lag
from query_service.domain.progress import Progress
from query_service.ports import FirstFill, ProgressLog

log = structlog.get_logger(__name__)

REFRESH_SECONDS = 0.5


class ProgressBoard:
    """Says on every read how far behind the read model is, without asking the database."""

    def __init__(self, progress_log: ProgressLog, first_fill: FirstFill) -> None:
        self._log = progress_log
        self._first_fill = first_fill
        self._progress: dict[int, Progress] = {}
        self._since = datetime.now(UTC)

    def note(self, progress: Iterable[Progress]) -> None:
        """Take what has been stored of some partitions."""
        for each in progress:
            known = self._progress.get(each.partition)
            # What was read from the database may be older than what this process has stored meanwhile.
            if known is None or not known.is_ahead_of(each):
                self._progress[each.partition] = each

    def lag(self) -> Lag:
        """Return the lag as it stands; times are asked of it."""
        return Lag(self._progress, self._since)

    def lag_ms(self) -> int:
        """Return the overall lag now."""
        return self.lag().overall_ms(datetime.now(UTC))

    async def refresh(self) -> None:
        """Read what all members of the group have stored."""
        self.note((await self._log.load()).values())
        self._since = await self._first_fill.since() or self._since

    async def keep_fresh(self) -> None:
        """Refresh for ever; a database that is away leaves the last state, whose lag grows."""
        while True:
            try:
                await self.refresh()
            except PyMongoError as error:
                log.warning("progress not read", error=type(error).__name__)
            await asyncio.sleep(REFRESH_SECONDS)
