"""Query: a page of tickets."""

from dataclasses import dataclass, replace

from query_service.domain.documents import json_array
from query_service.domain.listing import ListQuery, Place
from query_service.ports import Tickets


@dataclass(frozen=True)
class TicketPage:
    """A page as a JSON array; `last` is where the next one starts, None where there is none.

    `places` are those of the tickets that were read: those shown, and the first one of the next page.
    """

    body: bytes
    last: Place | None
    places: list[Place]


async def list_tickets(query: ListQuery, tickets: Tickets) -> TicketPage:
    """Return the page that the query asks for."""
    found = await tickets.page(replace(query, limit=query.limit + 1))
    shown = found[: query.limit]
    last = shown[-1].place if len(found) > len(shown) else None
    return TicketPage(json_array([ticket.item for ticket in shown]), last, [ticket.place for ticket in found])
