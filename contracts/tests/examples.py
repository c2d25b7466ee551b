"""One legal event of each type, and the envelope that carries it."""

from datetime import UTC, datetime
from typing import Any

from ticket_contracts.envelope import Envelope
from ticket_contracts.events import (
    AgentNoteAdded,
    Customer,
    Event,
    ReplyAdded,
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketPriorityChanged,
    TicketReopened,
    TicketResolved,
    TicketStatusChanged,
    TicketTagsChanged,
)
from ticket_contracts.fields import Author, Channel, Priority, Status, WaitingReason
from ticket_contracts.text import SealedText

TICKET_ID = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"
EVENT_ID = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b4"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

SEALED = SealedText(kid=EVENT_ID, sealed="A" * 40)

EVENT_EXAMPLES: tuple[Event, ...] = (
    TicketCreated(
        customer=Customer(id="c-1", contact=SEALED),
        external_id="INC1",
        subject="Printer",
        message=SEALED,
        channel=Channel.WEB,
        priority=Priority.HIGH,
        tags=("a", "b"),
    ),
    TicketCreated(customer=Customer(id="c-1"), subject="s", message="m", channel=Channel.IVR, priority=Priority.LOW),
    TicketStatusChanged(status=Status.WAITING, waiting_reason=WaitingReason.VENDOR),
    TicketStatusChanged(status=Status.TRIAGED),
    TicketAssigned(group="a.b", assignee=None),
    TicketAssigned(group=None, assignee="$x"),
    TicketPriorityChanged(priority=Priority.URGENT),
    AgentNoteAdded(note="n", author="a"),
    AgentNoteAdded(note=SEALED),
    ReplyAdded(author=Author.CUSTOMER, message="thanks"),
    TicketTagsChanged(added=("x",), removed=("y", "z")),
    TicketResolved(resolution="done"),
    TicketResolved(),
    TicketReopened(reason=""),
    TicketClosed(),
)


def envelope_of(event: Event, **fields: Any) -> Envelope:
    """Return the message that carries `event` as the first of its ticket; `fields` replace the envelope's."""
    filled: dict[str, Any] = {
        "id": EVENT_ID,
        "type": event.TYPE,
        "subject": TICKET_ID,
        "time": NOON,
        "recordedtime": NOON,
        "ticketversion": 1,
        "data": event.model_dump(mode="json"),
    }
    return Envelope(**(filled | fields))
