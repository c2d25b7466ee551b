"""Reads one record of the events topic. A record that cannot be read spoils nothing but itself."""

import re

from projector_service.domain.messages import Control, Fact, Fault, Ignored, Message, Poison, Received, Unattributable
from ticket_contracts.control import InvalidControl, UnknownControl, parse_control
from ticket_contracts.envelope import Envelope, InvalidEnvelope, decode_envelope
from ticket_contracts.fields import UUID_PATTERN
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import MESSAGE_LIMIT
from ticket_contracts.upcasting import InvalidEvent, UnknownEventType

_TICKET_ID = re.compile(UUID_PATTERN.removeprefix("^").removesuffix("$").encode())


def decode(at: Received) -> Message:
    """Return what the record is. The key decides whom it belongs to: it is what order and compaction go by."""
    ticket_id = _ticket_id(at)
    if ticket_id is None:
        return Unattributable(at, "the record key is not a ticket id")
    if partition_of(ticket_id) != at.partition:
        return Unattributable(at, "the record is not in the partition of its key")
    if at.value is None:
        return Poison(at, ticket_id, Fault.UNREADABLE, "no value")
    try:
        envelope = decode_envelope(at.value)
    except InvalidEnvelope as error:
        return Poison(at, ticket_id, Fault.UNREADABLE, str(error))
    if envelope.subject != ticket_id:
        return Unattributable(at, "record key and subject name different tickets")
    return _control(at, envelope) if envelope.is_control else _event(at, envelope)


def _event(at: Received, envelope: Envelope) -> Message:
    size = len(at.value or b"")
    if size > MESSAGE_LIMIT:
        return _poison(at, envelope, Fault.TOO_LARGE, f"{size} bytes, {MESSAGE_LIMIT} are the limit")
    try:
        event = envelope.event()
    except UnknownEventType:
        return _poison(at, envelope, Fault.UNKNOWN_TYPE, envelope.type)
    except InvalidEvent as error:
        return _poison(at, envelope, Fault.INVALID_EVENT, str(error))
    return Fact(
        at=at,
        ticket_id=envelope.subject,
        version=envelope.ticketversion or 0,
        event_id=envelope.id,
        event=event,
        occurred_at=envelope.time,
        recorded_at=envelope.recordedtime,
    )


def _poison(at: Received, envelope: Envelope, fault: Fault, detail: str) -> Poison:
    return Poison(at, envelope.subject, fault, detail, envelope.ticketversion, envelope.id)


def _control(at: Received, envelope: Envelope) -> Message:
    # Parking its ticket would punish the ticket for an operator's slip, or for a newer command line than ours.
    try:
        request = parse_control(envelope.type, envelope.data)
    except (UnknownControl, InvalidControl) as error:
        return Ignored(at, envelope.subject, f"{type(error).__name__}: {error}")
    return Control(at, envelope.subject, envelope.id, request, envelope.time, envelope.recordedtime)


def _ticket_id(at: Received) -> str | None:
    return at.key.decode() if at.key is not None and _TICKET_ID.fullmatch(at.key) else None
