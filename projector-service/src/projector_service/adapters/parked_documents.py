"""The form in which the database holds what waits: why a ticket does, the messages, and what was given up."""

from datetime import datetime

from projector_service.domain.messages import Fault, Received
from projector_service.domain.tickets import ParkedMessage, Parking, Ticket
from projector_service.projections.effects import DropRecord
from ticket_chassis.mongo import Document


def place(at: Received) -> str:
    """Return the id of what stands at one offset of the log."""
    return f"{at.partition}:{at.offset}"


def parking_of(document: Document) -> Parking:
    """Return why a ticket waits, from its document in parked_tickets."""
    since: datetime = document["since"]
    return Parking(Fault(document["fault"]), document["detail"], since, document["offset"], document["missing"])


def parking_document(ticket: Ticket, parking: Parking) -> Document:
    """Return a ticket's document in parked_tickets."""
    return {
        "_id": ticket.id,
        "partition": ticket.partition,
        "fault": parking.fault.value,
        "detail": parking.detail,
        "since": parking.since,
        "offset": parking.offset,
        "missing": parking.missing,
    }


def parked_document(message: ParkedMessage) -> Document:
    """Return a waiting message's document in parked_events: the record as received, and why it waits."""
    return {
        "_id": place(message.at),
        "ticket_id": message.ticket_id,
        "partition": message.at.partition,
        "offset": message.at.offset,
        "key": message.at.key,
        "value": message.at.value,
        "timestamp": message.at.timestamp,
        "version": message.version,
        "event_id": message.event_id,
        "reason": message.reason,
    }


def drop_document(drop: DropRecord) -> Document:
    """Return what was given up, by whom and why, as drops holds it."""
    control = drop.control
    return {
        "_id": place(control.at),
        "ticket_id": control.ticket_id,
        "at": control.occurred_at,
        "operator": control.request.operator,
        "reason": control.request.reason,
        "messages": list(drop.messages),
        "versions": list(drop.versions),
    }
