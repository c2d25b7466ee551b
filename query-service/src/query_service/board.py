"""The progress of all partitions, at hand in memory: told by this process' ingest, and heard of the others'."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from query_service.answers import AnswerCache
from query_service.domain.lag import Lag, age_ms
from query_service.domain.news import AS_OF_MOVED
from query_service.domain.progress import Progress
from query_service.ports import FirstFill, ProgressLog


class ProgressBoard:
    """Says on every read how far behind the read model is, without asking the database."""

    def __init__(self, progress_log: ProgressLog, first_fill: FirstFill, answers: AnswerCache) -> None:
        """Take where progress is stored, and what keeps answers that show it."""
        self._log = progress_log
        self._first_fill = first_fill
        self._answers = answers
        self._progress: dict[int, Progress] = {}
        self._since = datetime.now(UTC)
        self._complete_until = self._since
        self._as_of: datetime | None = None

    def note(self, progress: Iterable[Progress]) -> None:
        """Take what has been stored of some partitions."""
        for each in progress:
            known = self._progress.get(each.partition)
            # What was read from the database may be older than what this process has stored meanwhile.
            if known is None or not known.is_ahead_of(each):
                self._progress[each.partition] = each
        self._sum_up()

    def lag(self) -> Lag:
        """Return the lag as it stands; times are asked of it."""
        return self.lag_of(self._progress)

    def lag_of(self, progress: Mapping[int, Progress]) -> Lag:
        """Return the lag of a progress that was read for one request."""
        return Lag(progress, self._since)

    @property
    def complete_until(self) -> datetime:
        """The time up to which everything that was written is in the read model."""
        return self._complete_until

    def lag_ms(self) -> int:
        """Return the overall lag now."""
        return age_ms(self._complete_until, datetime.now(UTC))

    async def refresh(self) -> None:
        """Read what all members of the group have stored; nothing kept may be older than that."""
        self.note((await self._log.load()).values())
        self._since = await self._first_fill.since() or self._since
        self._sum_up()

    async def begin_again(self) -> None:
        """Forget what was stored, and read what is: the database is another one."""
        self._progress.clear()
        await self.refresh()

    def _sum_up(self) -> None:
        lag = self.lag()
        self._complete_until = lag.complete_until()
        if lag.as_of() != self._as_of:
            self._as_of = lag.as_of()
            self._answers.hear([AS_OF_MOVED])
