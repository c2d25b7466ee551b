"""How far behind the store the read model is, in time. It grows when no watermark comes: no news is not good news."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from query_service.domain.progress import Progress
from ticket_contracts.partitioning import PARTITIONS


class Lag:
    """Lag by source partition, in ms.

    `since` is when the read model was begun: a partition without any watermark applied lags at least from then.
    """

    def __init__(self, progress: Mapping[int, Progress], since: datetime) -> None:
        self._progress = progress
        self._since = since

    def partition_ms(self, partition: int, now: datetime) -> int:
        """Return the age of the state that one partition shows; 0 where clocks disagree."""
        progress = self._progress.get(partition)
        until = progress.complete_until if progress else None
        return max(0, (now - (until or self._since)) // timedelta(milliseconds=1))

    def overall_ms(self, now: datetime) -> int:
        """Return the lag of the partition that is furthest behind."""
        return max(self.partition_ms(partition, now) for partition in range(PARTITIONS))

    def as_of(self) -> datetime | None:
        """Return the time up to which everything shows; None while a partition has no watermark applied."""
        times = [progress.complete_until for progress in self._progress.values()]
        known = [time for time in times if time is not None]
        return min(known) if len(known) == PARTITIONS else None
