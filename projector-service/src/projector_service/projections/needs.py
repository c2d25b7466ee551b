"""What has to be read of the database before a batch can be planned."""

from collections.abc import Iterable, Mapping

from projector_service.domain.messages import Control, Fact, Message, Poison
from projector_service.domain.tickets import Ticket


def go_on(messages: Iterable[Message], tickets: Mapping[str, Ticket]) -> set[str]:
    """Return the tickets with which what waits may be folded because of these messages."""
    return {m.ticket_id for m in messages if isinstance(m, Fact | Control) and _goes_on(tickets, m)}


def earlier_events(messages: Iterable[Message], tickets: Mapping[str, Ticket]) -> set[tuple[str, int]]:
    """Return ticket and version of each event whose version was folded, or given up, before these messages."""
    return {
        (m.ticket_id, m.version)
        for m in messages
        if isinstance(m, Fact | Poison)
        and m.version is not None
        and m.ticket_id in tickets
        and m.version <= tickets[m.ticket_id].version
    }


def _goes_on(tickets: Mapping[str, Ticket], message: Fact | Control) -> bool:
    if isinstance(message, Control):
        return True
    parking = tickets[message.ticket_id].parking if message.ticket_id in tickets else None
    return parking is not None and parking.missing == message.version
