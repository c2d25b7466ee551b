"""What the query service answers when all is quiet."""

import asyncio
import json
from collections.abc import Collection, Iterable

import httpx2

from tests.chaos.checker.state import (
    DETAIL_FIELDS,
    ENTRY_FIELDS,
    EXPORT_FIELDS,
    ITEM_FIELDS,
    Counts,
    Entries,
    Json,
    Views,
)
from tests.chaos.collect.counts import counts_of_answers

AT_ONCE = 8
PAGE = 100


class Answers:
    """Reads a query service without any token; raises httpx2.HTTPStatusError for a refused read."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def export(self) -> Views:
        """Return the export, all tickets."""
        answer = await self._get("/export/tickets.ndjson")
        return Views("the export", EXPORT_FIELDS, [json.loads(line) for line in answer.content.split(b"\n") if line])

    async def pages(self, tickets: Collection[str]) -> Views:
        """Return the tickets one by one; a ticket that is not there is not among them."""
        answers = await asyncio.gather(*(self._get(f"/tickets/{ticket}", absent=True) for ticket in tickets))
        found = [answer.json() for answer in answers if answer.status_code == 200]
        return Views("the tickets by id", DETAIL_FIELDS, found)

    async def lists(self, customers: Collection[str]) -> Views:
        """Return the lists of these customers' tickets, each in all its pages."""
        lists = await asyncio.gather(*(self._paged("/tickets", {"customer_id": one}) for one in customers))
        return Views("the lists", ITEM_FIELDS, [item for items in lists for item in items])

    async def timelines(self, tickets: Collection[str]) -> Entries:
        """Return the timelines of these tickets, each in all its pages."""
        lists = await asyncio.gather(*(self._timeline(ticket) for ticket in tickets))
        return Entries("the timelines", ENTRY_FIELDS, [entry for entries in lists for entry in entries], ordered=True)

    async def counts(self, days: Iterable[str]) -> Counts:
        """Return the dashboard and the daily series over a range that holds all of `days`."""
        days = sorted(days)
        dashboard = await self._get("/dashboard")
        daily = await self._get("/dashboard/daily", {"from": days[0], "to": days[-1]})
        return counts_of_answers(dashboard.json(), daily.json())

    async def _timeline(self, ticket: str) -> list[Json]:
        return [entry | {"ticket_id": ticket} for entry in await self._paged(f"/tickets/{ticket}/timeline", {})]

    async def _paged(self, path: str, params: dict[str, str]) -> list[Json]:
        found: list[Json] = []
        answer = await self._get(path, params | {"limit": str(PAGE)}, absent=True)
        while answer.status_code == 200:
            found += answer.json()
            if "next" not in answer.links:
                break
            answer = await self._get(answer.links["next"]["url"])
        return found

    async def _get(self, path: str, params: dict[str, str] | None = None, *, absent: bool = False) -> httpx2.Response:
        async with self._turns:
            answer = await self._http.get(path, params=params)
        if not (absent and answer.status_code == 404):
            answer.raise_for_status()
        return answer
