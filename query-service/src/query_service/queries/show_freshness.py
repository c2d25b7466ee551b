"""Query: how far behind the read model is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from query_service.board import ProgressBoard
from query_service.domain.progress import Progress
from query_service.ports import ProgressLog
from ticket_contracts.partitioning import PARTITIONS


@dataclass(frozen=True)
class PartitionFreshness:
    """Offsets in tickets.events.v1, -1 for none; up to `applied` views, timeline and counters hold everything."""

    partition: int
    applied: int
    published: int
    lag_ms: int


@dataclass(frozen=True)
class Freshness:
    """The lag of the whole in ms, and each partition's."""

    lag_ms: int
    partitions: list[PartitionFreshness]


async def show_freshness(progress_log: ProgressLog, board: ProgressBoard) -> Freshness:
    """Return the freshness as the database says it, of all members of the group."""
    stored = await progress_log.load()
    # Not told to the board: answers that are kept may not show as much yet.
    lag, now = board.lag_of(stored), datetime.now(UTC)
    partitions = []
    for partition in range(PARTITIONS):
        at = stored.get(partition, Progress(partition))
        # Events may have been applied that no watermark has spoken of yet.
        published = max(at.published, at.applied)
        partitions.append(PartitionFreshness(partition, at.applied, published, lag.partition_ms(partition, now)))
    return Freshness(lag.overall_ms(now), partitions)
