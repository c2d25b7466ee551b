"""The query-service's API: everything that is read."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import date
from typing import Any, NamedTuple

import httpx2
from pydantic import TypeAdapter

from ticket_client.models import Daily, Dashboard, Freshness, Ticket, TicketItem, TimelineEntry
from ticket_client.transport import Service

_ITEMS = TypeAdapter(list[TicketItem])
_ENTRIES = TypeAdapter(list[TimelineEntry])
PAGE = 100
"""Items asked for in one request while paging: the most that the service gives."""


class Reading(NamedTuple):
    """How a read treats what it must include: consistency tokens of earlier commands and how long to wait for them."""

    tokens: Sequence[str] = ()
    """1 to 50 of them."""
    wait: int | None = None
    """Seconds, 10 at most; None leaves it to the service (2)."""
    lenient: bool = False
    """Take the answer as it is when the time is up, instead of a ProblemError `read-model-behind`."""

    def headers(self) -> dict[str, str]:
        """The request headers that say so."""
        preferences = [f"wait={self.wait}"] if self.wait is not None else []
        preferences += ["handling=lenient"] if self.lenient else []
        headers = {"consistency-token": ",".join(self.tokens)} if self.tokens else {}
        return headers | ({"prefer": ", ".join(preferences)} if preferences else {})


ANY_STATE = Reading()


class QueryService(Service):
    """Typed reads of the query-service.

    Filters go by the names of its query parameters; a list repeats the parameter. All raise ProblemError when the
    request is refused (`ticket-not-found`, `read-model-behind`), UnreachableError when the service does not answer.
    """

    async def tickets(self, reading: Reading = ANY_STATE, **filters: Any) -> AsyncIterator[TicketItem]:
        """All tickets that match, fetched page by page as they are taken."""
        url: str | None = "/tickets"
        params: dict[str, Any] | None = {"limit": PAGE} | filters
        while url is not None:
            answer = await self.call("GET", url, params=params, headers=reading.headers())
            for item in _ITEMS.validate_json(answer.content):
                yield item
            url, params = _next(answer), None  # the link carries the parameters

    async def ticket(self, ticket_id: str, reading: Reading = ANY_STATE) -> Ticket:
        """One ticket, with the last five entries of its history."""
        answer = await self.call("GET", f"/tickets/{ticket_id}", headers=reading.headers())
        return Ticket.model_validate_json(answer.content)

    async def timeline(self, ticket_id: str, reading: Reading = ANY_STATE) -> AsyncIterator[TimelineEntry]:
        """The whole history of a ticket, oldest first."""
        url: str | None = f"/tickets/{ticket_id}/timeline"
        params: dict[str, Any] | None = {"limit": PAGE}
        while url is not None:
            answer = await self.call("GET", url, params=params, headers=reading.headers())
            for entry in _ENTRIES.validate_json(answer.content):
                yield entry
            url, params = _next(answer), None

    async def dashboard(self, reading: Reading = ANY_STATE) -> Dashboard:
        """Counts over all tickets."""
        answer = await self.call("GET", "/dashboard", headers=reading.headers())
        return Dashboard.model_validate_json(answer.content)

    async def daily(self, first: date, last: date, reading: Reading = ANY_STATE) -> Daily:
        """What happened on each day from `first` to `last`, both included, 731 at most."""
        params = {"from": first.isoformat(), "to": last.isoformat()}
        answer = await self.call("GET", "/dashboard/daily", params=params, headers=reading.headers())
        return Daily.model_validate_json(answer.content)

    async def export(
        self, reading: Reading = ANY_STATE, updated_since: str | None = None
    ) -> AsyncGenerator[Ticket, None]:
        """Every ticket, by id. Whoever stops early closes it (`contextlib.aclosing`), to free the connection."""
        async with aclosing(self.export_lines(reading, updated_since)) as lines:
            async for line in lines:
                yield Ticket.model_validate_json(line)

    def export_lines(
        self, reading: Reading = ANY_STATE, updated_since: str | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The same as the JSON text of each, for whoever only passes it on."""
        params = {"updated_since": updated_since} if updated_since is not None else {}
        return self.lines("/export/tickets.ndjson", params, reading.headers())

    async def freshness(self) -> Freshness:
        """How far the answers stand behind the store."""
        return Freshness.model_validate_json((await self.call("GET", "/freshness")).content)


def _next(answer: httpx2.Response) -> str | None:
    link = answer.links.get("next")
    return None if link is None else link["url"]
