"""Messages that nobody can fold, or not in their place: what a broken producer might write under a ticket's key."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ticket_contracts.envelope import Envelope
from ticket_contracts.topics import MESSAGE_LIMIT

NOTE = {"note": "smells", "author": None}
CREATED = {"subject": "Printer", "message": "It is on fire", "channel": "web", "priority": "high", "tags": []}
FAR_AHEAD = 1_000
"""Versions; further than any ticket of a load gets."""


def event(ticket: str, version: int, name: str, data: dict[str, Any]) -> bytes:
    """Return an event of now, as the command service would write it."""
    now = datetime.now(UTC)
    return Envelope(
        id=str(uuid.uuid4()),
        source="/a-broken-producer",
        type=f"tickets.{name}.v1",
        subject=ticket,
        time=now.replace(microsecond=0),
        recordedtime=now.replace(microsecond=0),
        ticketversion=version,
        data=data,
    ).encode()


Poison = Callable[[str, int], bytes]
"""Makes the bytes for a ticket that was last seen at a version."""

POISONS: dict[str, Poison] = {
    "garbage": lambda _, __: b"\xff neither JSON nor UTF-8",
    "unknown type": lambda ticket, version: event(ticket, version + 1, "TicketExploded", {"why": "nobody knows"}),
    "invalid event": lambda ticket, version: event(ticket, version + 1, "TicketStatusChanged", {"status": "asleep"}),
    "too large": lambda ticket, version: event(
        ticket, version + 1, "AgentNoteAdded", NOTE | {"padding": "x" * MESSAGE_LIMIT}
    ),
    "refused by the fold": lambda ticket, version: event(
        ticket, version + 1, "TicketCreated", CREATED | {"customer_id": "nobody"}
    ),
    "gap": lambda ticket, version: event(ticket, version + FAR_AHEAD, "AgentNoteAdded", NOTE),
    "conflict": lambda ticket, _: event(ticket, 1, "AgentNoteAdded", NOTE),
}
