"""Remembers the tickets last touched, so that a batch need not read them: bounded, and emptied at each reset."""

from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import replace

from projector_service.domain.tickets import Ticket

CAPACITY = 10_000
CHARACTERS = 16_000_000
"""Of all texts together: of four bytes each, at worst."""

LARGE = 4_096


class TicketMemory:
    """The least recently used go first. Tickets with a long text are not kept, for memory's sake."""

    def __init__(self, capacity: int = CAPACITY, characters: int = CHARACTERS) -> None:
        self._capacity = capacity
        self._characters = characters
        self._tickets: OrderedDict[str, tuple[Ticket, int]] = OrderedDict()
        self._held = 0

    def find(self, ids: Collection[str]) -> dict[str, Ticket]:
        """Return those of `ids` that are remembered."""
        return {ticket_id: self._tickets[ticket_id][0] for ticket_id in ids if ticket_id in self._tickets}

    def keep(self, tickets: Iterable[Ticket]) -> None:
        """Remember tickets as they are stored now."""
        for ticket in tickets:
            self._drop(ticket.id)
            record, texts = ticket.record(), _texts(ticket)
            if record is None or max(texts, default=0) > LARGE:
                continue
            characters = sum(texts)
            self._tickets[ticket.id] = (replace(ticket, stored_as=(record.version, record.offset)), characters)
            self._held += characters
        while len(self._tickets) > self._capacity or self._held > self._characters:
            self._drop(next(iter(self._tickets)))

    def clear(self) -> None:
        """Forget everything."""
        self._tickets.clear()
        self._held = 0

    def _drop(self, ticket_id: str) -> None:
        _, characters = self._tickets.pop(ticket_id, (None, 0))
        self._held -= characters


def _texts(ticket: Ticket) -> list[int]:
    """Return how many characters each text of a ticket has."""
    if ticket.view is None:
        return []
    told = (len(text) for entry in ticket.view.recent for text in entry.data.values() if isinstance(text, str))
    return [len(ticket.view.message), len(ticket.view.resolution or ""), *told]
