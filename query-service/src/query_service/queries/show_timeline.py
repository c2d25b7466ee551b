"""Query: a page of a ticket's history."""

from dataclasses import dataclass

from query_service.domain.documents import json_array
from query_service.domain.states import Kind
from query_service.ports import Tickets, Timeline
from query_service.queries.show_ticket import NoSuchTicket


@dataclass(frozen=True)
class TimelinePage:
    """A page as a JSON array; `last` is the version behind which the next one starts, None where there is none."""

    body: bytes
    last: int | None


async def show_timeline(ticket_id: str, after: int, limit: int, tickets: Tickets, timeline: Timeline) -> TimelinePage:
    """Return at most `limit` entries behind version `after`; raises NoSuchTicket.

    Entries may be here before the ticket's view is: then they are shown.
    """
    found = await timeline.page(ticket_id, after, limit + 1)
    state = (await tickets.states([ticket_id])).get(ticket_id)
    hidden = state is not None and state.kind is not Kind.VIEW
    if hidden or (state is None and not found):
        raise NoSuchTicket(ticket_id)
    shown = found[:limit]
    last = shown[-1].version if len(found) > len(shown) else None
    return TimelinePage(json_array([entry.entry for entry in shown]), last)
