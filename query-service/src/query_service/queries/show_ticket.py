"""Query: one ticket in full."""

from query_service.ports import FoundTicket, Tickets


class NoSuchTicket(Exception):
    """There is no ticket to show under this id: unknown, erased, or parked before its first event."""


async def show_ticket(ticket_id: str, tickets: Tickets) -> FoundTicket:
    """Return the ticket; raises NoSuchTicket."""
    found = await tickets.find(ticket_id)
    if found is None:
        raise NoSuchTicket(ticket_id)
    return found
