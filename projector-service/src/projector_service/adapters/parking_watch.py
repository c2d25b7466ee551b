"""Tells whoever scrapes how much is parked, without asking the database at each scrape."""

import asyncio
from collections.abc import Callable, Iterator

import pymongo
import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pymongo.errors import PyMongoError

from projector_service.adapters.parking import ParkedCounts, ParkingStore
from projector_service.domain.messages import Fault

LOOK_SECONDS = 5.0
LOOK_LIMIT = 2.0
"""Seconds; the server gives up a longer look itself, so that none goes on beside the batches."""

log = structlog.get_logger(__name__)


class ParkingWatch(Collector):
    """Looks every 5 s at what `serving` returns, the parked tickets of the generation that serves.

    Every projector shows the same numbers: they are of all partitions, whoever owns them.
    """

    def __init__(self, serving: Callable[[], ParkingStore | None]) -> None:
        self._serving = serving
        self._counts: ParkedCounts | None = None

    async def run(self) -> None:
        """Look for ever; while the database is away, nothing is shown."""
        while True:
            try:
                self._counts = await self._look()
            except PyMongoError as error:
                self._counts = None
                log.warning("parked tickets not counted", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> ParkedCounts | None:
        store = self._serving()
        if store is None:
            return None
        with pymongo.timeout(LOOK_LIMIT):
            return await store.counts()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield both gauges, every fault among them; without values where they are not known."""
        tickets = GaugeMetricFamily("tickets_projector_parked_tickets", "Tickets that wait, by why", labels=["fault"])
        messages = GaugeMetricFamily("tickets_projector_parked_messages", "Messages that wait with parked tickets")
        if (counts := self._counts) is not None:
            for fault in Fault:
                if fault is not Fault.DROPPED:
                    tickets.add_metric([fault.value], counts.tickets.get(fault, 0))
            messages.add_metric([], counts.messages)
        yield tickets
        yield messages
