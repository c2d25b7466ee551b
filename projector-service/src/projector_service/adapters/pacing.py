"""Keeps a rebuild slow enough for those who are served meanwhile."""

import asyncio
from collections.abc import Callable

from ticket_contracts.partitioning import PARTITIONS

AT_ONCE = 0.2
"""Seconds' worth of events in a batch."""

MIN_BATCH = 10


class Pace:
    """Events per second of a whole generation; this process may do what its share of the partitions allows.

    `rate` is asked anew for each batch, None for no limit: it ends with the building.
    """

    def __init__(self, rate: Callable[[], int | None], owned: Callable[[], int]) -> None:
        self._rate = rate
        self._owned = owned
        self._free_at = 0.0

    def batch_size(self, limit: int) -> int:
        """Return how many events a batch may have at most, `limit` or fewer."""
        rate = self._rate()
        return limit if rate is None else min(limit, max(MIN_BATCH, round(rate * AT_ONCE)))

    async def wait_for(self, events: int) -> None:
        """Return when so many events may be worked on."""
        rate = self._rate()
        if rate is None:
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        begin = max(now, self._free_at)
        self._free_at = begin + events * PARTITIONS / (rate * max(1, self._owned()))
        await asyncio.sleep(begin - now)
