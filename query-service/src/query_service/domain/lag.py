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
        """Return the age of the state that one partition shows."""
        return age_ms(self._complete_until(partition), now)

    def overall_ms(self, now: datetime) -> int:
        """Return the lag of the partition that is furthest behind."""
        return age_ms(self.complete_until(), now)

    def complete_until(self) -> datetime:
        """Return the time up to which everything shows, in the partition that is furthest behind."""
        return min(self._complete_until(partition) for partition in range(PARTITIONS))

    def _complete_until(self, partition: int) -> datetime:
        progress = self._progress.get(partition)
        return (progress.complete_until if progress else None) or self._since

    def as_of(self) -> datetime | None:
        """Return the time up to which everything shows; None while a partition has no watermark applied."""
        times = [progress.complete_until for progress in self._progress.values()]
        known = [time for time in times if time is not None]
        return min(known) if len(known) == PARTITIONS else None


def age_ms(time: datetime, now: datetime) -> int:
    """Return how long ago a time was; 0 where clocks disagree."""
    return max(0, (now - time) // timedelta(milliseconds=1))
