"""Remembers the tickets last touched, so that a batch need not read them: bounded, and emptied at each reset."""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import replace

from projector_service.domain.tickets import Ticket

CAPACITY = 10_000
LARGE = 4_096


class TicketMemory:
    """The least recently used go first. Tickets with a long text are not kept, for memory's sake."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._tickets: OrderedDict[str, Ticket] = OrderedDict()

    def find(self, ids: Collection[str]) -> dict[str, Ticket]:
        """Return those of `ids` that are remembered."""
        return {ticket_id: self._tickets[ticket_id] for ticket_id in ids if ticket_id in self._tickets}

    def keep(self, tickets: Iterable[Ticket]) -> None:
        """Remember tickets as they are stored now."""
        for ticket in tickets:
            record = ticket.record()
            if record is None or _is_large(ticket):
                self._tickets.pop(ticket.id, None)
                continue
            self._tickets[ticket.id] = replace(ticket, stored_as=(record.version, record.offset))
            self._tickets.move_to_end(ticket.id)
        while len(self._tickets) > self._capacity:
            self._tickets.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._tickets.clear()


def _is_large(ticket: Ticket) -> bool:
    if ticket.view is None:
        return False
    texts = (text for entry in ticket.view.recent for text in entry.data.values() if isinstance(text, str))
    return len(ticket.view.message) > LARGE or any(len(text) > LARGE for text in texts)
