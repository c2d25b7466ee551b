"""What each record on tickets.events.v1 is: an event, poison under a ticket's key, or an operator's request."""

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.chaos.checker.state import LogRecord, Poison, Request
from tests.chaos.collect.texts import Keys, to_event
from ticket_contracts.control import Drop, parse_control
from ticket_contracts.envelope import Envelope, InvalidEnvelope, decode_envelope
from ticket_contracts.fields import UUID_PATTERN
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import MESSAGE_LIMIT
from ticket_contracts.upcasting import InvalidEvent, UnknownEventType

Aside = Poison | Request


def messages_of(records: Iterable[Any], keys: Keys) -> tuple[list[LogRecord], list[Aside]]:
    """Return the events, and what else there is under tickets' keys; what belongs to nobody is left out."""
    log: list[LogRecord] = []
    asides: list[Aside] = []
    for record in records:
        message = _message(record, keys)
        if isinstance(message, LogRecord):
            log.append(message)
        elif message is not None:
            asides.append(message)
    return log, asides


def _message(record: Any, keys: Keys) -> LogRecord | Aside | None:
    key = (record.key or b"").decode(errors="replace")
    theirs = re.fullmatch(UUID_PATTERN, key) is not None and partition_of(key) == record.partition
    try:
        envelope = decode_envelope(record.value or b"")
    except InvalidEnvelope:
        return Poison(record.partition, record.offset, key) if theirs else None
    if envelope.is_control:
        return _request(record, envelope)
    if theirs and not _can_be_folded(record.value, envelope):
        return Poison(record.partition, record.offset, key, envelope.id, envelope.ticketversion)
    return LogRecord(record.partition, record.offset, key, to_event(json.loads(record.value), keys))


def _can_be_folded(value: bytes, envelope: Envelope) -> bool:
    try:
        envelope.event()
    except (UnknownEventType, InvalidEvent):
        return False
    return len(value) <= MESSAGE_LIMIT


def _request(record: Any, envelope: Envelope) -> Request:
    request = parse_control(envelope.type, envelope.data)
    given_up = (request.reason, request.offset, request.version) if isinstance(request, Drop) else (None, None, None)
    moment = json.loads(record.value)["time"]
    return Request(record.partition, record.offset, envelope.subject, moment, request.operator, *given_up)
