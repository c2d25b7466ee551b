"""The sums of all counters, kept until one of them moves."""

import asyncio

from query_service.domain.counters import Totals
from query_service.ports import Counters
from ticket_contracts.stats import StatsRecord


class CurrentTotals:
    """Asks the database for the offsets at each read, and only then for the records that moved.

    So it is right for whatever process ingested them, and at once.
    """

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._records: dict[int, StatsRecord] = {}
        self._totals = Totals(())
        self._one_at_a_time = asyncio.Lock()

    async def get(self) -> Totals:
        """Return the sums over what the database holds now."""
        offsets = await self._counters.offsets()
        if self._is_old(offsets):
            async with self._one_at_a_time:
                await self._renew(offsets)
        return self._totals

    def _is_old(self, offsets: dict[int, int]) -> list[int]:
        known = {partition: record.offset for partition, record in self._records.items()}
        return [partition for partition, offset in offsets.items() if known.get(partition, -2) < offset]

    async def _renew(self, offsets: dict[int, int]) -> None:
        # Another request may have done it while this one waited for its turn.
        if moved := self._is_old(offsets):
            self._records |= {record.partition: record for record in await self._counters.records(moved)}
            self._totals = Totals(tuple(self._records.values()))
