"""The query-service's API: everything that is read."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar, Unpack

import httpx2
from pydantic import TypeAdapter, ValidationError

from ticket_client.changes import Change, change_of, read_events
from ticket_client.consistency import ANY_STATE, Reading
from ticket_client.errors import UnexpectedAnswerError, UnreachableError
from ticket_client.filters import ChangeFilters, TicketFilters, as_parameter, as_parameters
from ticket_client.models import Daily, Dashboard, Freshness, Ticket, TicketItem, TimelineEntry
from ticket_client.transport import Service, read, ticket_path

T = TypeVar("T")

PAGE_LIMIT = 100
"""Entries in one request while paging: the most that the service gives."""

_TICKET = TypeAdapter(Ticket)
_ITEMS = TypeAdapter(list[TicketItem])
_ENTRIES = TypeAdapter(list[TimelineEntry])
_DASHBOARD = TypeAdapter(Dashboard)
_DAILY = TypeAdapter(Daily)
_FRESHNESS = TypeAdapter(Freshness)


class Page(NamedTuple, Generic[T]):
    """One page of a list, and the cursor of the next; None on the last."""

    items: list[T]
    cursor: str | None


class QueryService(Service):
    """Typed reads of the query-service.

    All raise a ProblemError when the request is refused (TicketNotFound, ReadModelBehind, TicketParked, BadParameter),
    UnreachableError when the service does not answer. `reading` says what must be included, beside what the session
    remembers. Whoever stops early on an iterator closes it (`contextlib.aclosing`).
    """

    async def tickets(
        self, reading: Reading = ANY_STATE, *, skip: int = 0, **filters: Unpack[TicketFilters]
    ) -> AsyncGenerator[TicketItem, None]:
        """All tickets that match but the first `skip` (10,000 at most), fetched page by page as they are taken.

        There is no `limit`: whoever wants some stops early, whoever wants a page takes `ticket_pages`. Raises
        TypeError for a filter that there is not, before anything is sent.
        """
        params = as_parameters(filters)  # here, for ticket_pages would take `limit` and `cursor` for its own
        async with aclosing(self._ticket_pages(reading, {"limit": PAGE_LIMIT, "skip": skip} | params)) as pages:
            async for page in pages:
                for item in page.items:
                    yield item

    def ticket_pages(
        self,
        reading: Reading = ANY_STATE,
        *,
        limit: int = PAGE_LIMIT,
        cursor: str | None = None,
        skip: int = 0,
        **filters: Unpack[TicketFilters],
    ) -> AsyncGenerator[Page[TicketItem], None]:
        """The same as pages of `limit` tickets, from the first or from the `cursor` of an earlier page.

        `limit` is the size of a page, 100 at most, and no limit of the list. A cursor belongs to its sort; it may be
        kept for as long as one likes. It excludes `skip`. Raises TypeError for a filter that there is not.
        """
        return self._ticket_pages(reading, {"limit": limit, "cursor": cursor, "skip": skip} | as_parameters(filters))

    def _ticket_pages(self, reading: Reading, params: Mapping[str, Any]) -> AsyncGenerator[Page[TicketItem], None]:
        given = {name: value for name, value in params.items() if name not in ("cursor", "skip") or value}
        return self._pages("/tickets", given, self._of_all(reading), _ITEMS)

    async def ticket(self, ticket_id: str, reading: Reading = ANY_STATE) -> Ticket:
        """One ticket, with the last five entries of its history."""
        answer = await self.call("GET", ticket_path(ticket_id), headers=self._of(ticket_id, reading))
        return _ticket(answer)

    async def refresh(self, ticket: Ticket, reading: Reading = ANY_STATE) -> Ticket:
        """The ticket as it is now; the very object that was given when nothing has changed since it was read."""
        condition = {"if-none-match": ticket.etag} if ticket.etag is not None else {}
        headers = self._of(ticket.id, reading) | condition
        answer = await self.call("GET", ticket_path(ticket.id), headers=headers)
        return ticket if answer.status_code == httpx2.codes.NOT_MODIFIED else _ticket(answer)

    async def timeline(self, ticket_id: str, reading: Reading = ANY_STATE) -> AsyncGenerator[TimelineEntry, None]:
        """The whole history of a ticket, oldest first."""
        path = ticket_path(ticket_id, "/timeline")
        async with aclosing(self._pages(path, {"limit": PAGE_LIMIT}, self._of(ticket_id, reading), _ENTRIES)) as pages:
            async for page in pages:
                for entry in page.items:
                    yield entry

    async def dashboard(self, reading: Reading = ANY_STATE) -> Dashboard:
        """Counts over all tickets."""
        return read(_DASHBOARD, await self.call("GET", "/dashboard", headers=self._of_all(reading)))

    async def daily(self, first: date, last: date, reading: Reading = ANY_STATE) -> Daily:
        """What happened on each day from `first` to `last`, both included, 731 at most."""
        days = {"from": first.isoformat(), "to": last.isoformat()}
        return read(_DAILY, await self.call("GET", "/dashboard/daily", params=days, headers=self._of_all(reading)))

    async def export(
        self, reading: Reading = ANY_STATE, updated_since: datetime | str | None = None
    ) -> AsyncGenerator[Ticket, None]:
        """Every ticket, by id. Not retried once it has begun: some have been handed out when it breaks off."""
        async with aclosing(self.export_lines(reading, updated_since)) as lines:
            async for line in lines:
                yield self._exported(line)

    def export_lines(
        self, reading: Reading = ANY_STATE, updated_since: datetime | str | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The same as the JSON text of each, for whoever only passes it on."""
        params = {"updated_since": as_parameter(updated_since)} if updated_since is not None else {}
        return self.lines("/export/tickets.ndjson", params, self._of_all(reading))

    async def changes(self, after: str | None = None, **filters: Unpack[ChangeFilters]) -> AsyncGenerator[Change, None]:
        """Changes of the tickets that pass the filters, as they happen and for ever, from now on or behind an event.

        A connection that is lost or ended is taken up again behind the last event, so that nothing is missed: what
        cannot be told any more is said by a `reset`. Each new connection is tried for as long as the retry policy says;
        then UnreachableError or the ProblemError is raised. Raises TypeError for a filter that there is not.
        """
        params, last_id = as_parameters(filters), after or ""
        while True:
            headers = {"last-event-id": last_id} if last_id else {}
            began = False
            try:
                async with self._streamed("/stream", params, headers) as answer:
                    began = True
                    async with aclosing(read_events(answer.aiter_bytes())) as events:
                        async for event in events:
                            is_first = not last_id
                            last_id = event.id or last_id
                            change = change_of(event)
                            if change is not None and (is_first or change.kind != "ready"):
                                yield change
            except UnreachableError:
                if not began:
                    raise
            await asyncio.sleep(self._retry.first_wait)

    async def freshness(self) -> Freshness:
        """How far the answers stand behind the store."""
        return read(_FRESHNESS, await self.call("GET", "/freshness"))

    def _exported(self, line: bytes) -> Ticket:
        try:
            return Ticket.model_validate_json(line)
        except ValidationError as error:
            raise UnexpectedAnswerError(f"{self.url} does not export as the API does: {error}") from None

    def _of(self, ticket_id: str, reading: Reading) -> dict[str, str]:
        # What was written to other tickets cannot show here, and must not hold this read up.
        return reading.headers(self.tokens.of(ticket_id))

    def _of_all(self, reading: Reading) -> dict[str, str]:
        return reading.headers(self.tokens.all())

    async def _pages(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str], kind: TypeAdapter[list[T]]
    ) -> AsyncGenerator[Page[T], None]:
        url: str | None = path
        query: Mapping[str, Any] | None = params
        while url is not None:
            answer = await self.call("GET", url, params=query, headers=headers)
            link = answer.links.get("next")
            url, query = (None if link is None else link["url"]), None  # the link carries the parameters
            yield Page(read(kind, answer), None if url is None else httpx2.URL(url).params.get("cursor"))


def _ticket(answer: httpx2.Response) -> Ticket:
    return read(_TICKET, answer).model_copy(update={"etag": answer.headers.get("etag")})
