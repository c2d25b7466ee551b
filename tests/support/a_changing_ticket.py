"""A ticket that is changed all the time, and reads of it that know what they must show at least.

The sender plays command service, relay and projector in one, so that it is known when each version was stored.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2

from tests.support.read_topics import Projector
from ticket_contracts.partitioning import PARTITIONS, partition_of
from ticket_contracts.stats import StatsRecord
from ticket_contracts.topics import STATS, VIEWS, WATERMARKS
from ticket_contracts.views import TicketView
from ticket_contracts.watermarks import Watermark

TICKET = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"
PARTITION = partition_of(TICKET)
"""Owned by one process; the others only hear of it."""

PATHS = [f"/tickets/{TICKET}", "/tickets?status=open", "/tickets?limit=1&sort=created_at", "/dashboard"]
NOT_MODIFIED = 304
UNAVAILABLE = 503
"""On a busy machine the database may take longer than a call may: no answer is not a wrong one."""

MILLISECOND = timedelta(milliseconds=1)


class History:
    """When each version was stored, and the highest one that has been sent."""

    def __init__(self) -> None:
        self.stored: list[datetime] = []

    def least_at(self, time: datetime) -> int:
        """Return the highest version stored before a time."""
        return sum(stored < time for stored in self.stored)


class Pipeline:
    """Command service, relay and projector in one: what they send for one more version, to each generation."""

    def __init__(
        self,
        projector: Projector,
        history: History,
        a_view: Callable[..., TicketView],
        a_count: Callable[..., StatsRecord],
    ) -> None:
        """Take the builders of records."""
        self._projector = projector
        self._history = history
        self._a_view = a_view
        self._a_count = a_count
        self.generations = [1]

    async def go_on(self) -> None:
        """Store the next version and bring it to the read topics."""
        now = datetime.now(UTC)
        self._history.stored.append(now)
        for generation in self.generations:
            await self.send_latest(generation)
        await self.tell_time()

    async def send_latest(self, generation: int) -> None:
        """Send the ticket as it is, and its counters."""
        version, now = len(self._history.stored), self._history.stored[-1]
        view = self._a_view(TICKET, version, updated_at=now, subject=str(version))
        offset = await self._projector.send(VIEWS, view, generation)
        counters = self._a_count(PARTITION, version, views_offset=offset, total=version)
        await self._projector.send(STATS, counters, generation)

    async def tell_time(self) -> None:
        """Send the watermarks of now: all that is stored is published."""
        version, now = len(self._history.stored), datetime.now(UTC)
        for partition in range(PARTITIONS):
            published = version if partition == PARTITION else -1
            mark = Watermark(partition=partition, published=published, stored_until=now, at=now)
            await self._projector.send(WATERMARKS, mark)


def version_in(path: str, response: httpx2.Response) -> int:
    """Return which version an answer shows."""
    assert response.status_code == 200, response.text
    body = response.json()
    if path == "/dashboard":
        return int(body["total"])
    return int(body["version"] if isinstance(body, dict) else body[0]["version"])


async def read_plainly(client: httpx2.AsyncClient, path: str, history: History, counts: Counter[str]) -> None:
    """Read without a token; fails where the answer is older than it says."""
    asked = datetime.now(UTC)
    response = await client.get(path)
    if response.status_code == UNAVAILABLE:
        return
    _hold_to_its_lag(path, response, version_in(path, response), asked, history)
    counts["plain"] += 1


class Conditional:
    """A reader that remembers each answer, and asks whether it still holds."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, int]] = {}

    async def read(self, client: httpx2.AsyncClient, path: str, history: History, counts: Counter[str]) -> None:
        """Read; fails where a 304 or a new answer is older than it says."""
        etag, version = self._known.get(path, ("", 0))
        asked = datetime.now(UTC)
        response = await client.get(path, headers={"If-None-Match": etag} if etag else {})
        if response.status_code == UNAVAILABLE:
            return
        if response.status_code == NOT_MODIFIED:
            counts["not modified"] += 1
        else:
            version = version_in(path, response)
            self._known[path] = response.headers["etag"], version
        _hold_to_its_lag(path, response, version, asked, history)


def _hold_to_its_lag(path: str, response: httpx2.Response, shown: int, asked: datetime, history: History) -> None:
    lag = timedelta(milliseconds=int(response.headers["projection-lag-ms"]) + 1)
    least = history.least_at(asked - lag - MILLISECOND)
    assert shown >= least, f"{path} shows {shown}, but by its lag of {lag} it holds {least}"


async def read_with_token(client: httpx2.AsyncClient, path: str, version: int, counts: Counter[str]) -> None:
    """Read with a token; fails where the answer does not show it."""
    headers = {"Consistency-Token": f"{TICKET}:{version}", "Prefer": "wait=10"}
    response = await client.get(path, headers=headers)
    if response.status_code == UNAVAILABLE:
        return
    assert version_in(path, response) >= version, path
    assert response.headers["consistency"] == "satisfied"
    counts["token"] += 1
