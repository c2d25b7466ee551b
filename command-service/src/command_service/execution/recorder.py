"""Makes the event that is stored: seals its free text, writes its message for the log, marks whose retry it answers."""

import hmac
from collections.abc import Callable
from datetime import datetime

from pydantic_core import to_json

from command_service.domain.ticket import Ticket
from command_service.execution.request import CommandRequest
from command_service.ports import CustomerKey, NewEvent, Recorded, TextKeys
from ticket_chassis.sealing import seal
from ticket_contracts.envelope import SOURCE
from ticket_contracts.events import (
    AgentNoteAdded,
    Event,
    ReplyAdded,
    TicketCreated,
    TicketReopened,
    TicketResolved,
)
from ticket_contracts.model import JsonObject, format_time, to_utc_ms

FREE_TEXT: dict[type[Event], tuple[tuple[str, ...], ...]] = {
    TicketCreated: (("customer", "contact"), ("subject",), ("message",)),
    AgentNoteAdded: (("note",),),
    ReplyAdded: (("message",),),
    TicketResolved: (("resolution",),),
    TicketReopened: (("reason",),),
}
"""Where an event has text of a person: the names on the way to it. Every one that is there is sealed."""


class Recorder:
    """Turns a decision into a stored event. `clock` gives aware times, `new_id` time-ordered UUIDs as text."""

    def __init__(self, text_keys: TextKeys, clock: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._text_keys = text_keys
        self._clock = clock
        self._new_id = new_id

    async def record(self, request: CommandRequest, event: Event, after: Ticket) -> NewEvent:
        """Return `event` as the store takes it; raises StoreUnavailable where the customer's key cannot be had."""
        key = await self._text_keys.of_customer(after.customer_id)
        recorded_at = to_utc_ms(self._clock())
        occurred_at = request.occurred_at or recorded_at
        event_id = self._new_id()
        envelope: JsonObject = {
            "specversion": "1.0",
            "id": event_id,
            "source": SOURCE,
            "type": event.TYPE,
            "subject": request.ticket_id,
            "time": format_time(occurred_at),
            "recordedtime": format_time(recorded_at),
            "ticketversion": after.version,
            "datacontenttype": "application/json",
            "data": _sealed(event, request.ticket_id, key),
        }
        if request.correlation_id:
            envelope["correlationid"] = request.correlation_id
        if request.traceparent:
            envelope["traceparent"] = request.traceparent
        return NewEvent(
            id=event_id,
            ticket_id=request.ticket_id,
            version=after.version,
            type=event.TYPE,
            after=after,
            occurred_at=occurred_at,
            recorded_at=recorded_at,
            kid=key.kid,
            key=request.key,
            fingerprint=None if request.key is None else _fingerprint(request, key),
            envelope=to_json(envelope).decode(),
        )

    async def is_retry(self, request: CommandRequest, recorded: Recorded) -> bool:
        """Return whether `request` is the one that was recorded; raises StoreUnavailable."""
        key = await self._text_keys.by_id(recorded.kid)
        return hmac.compare_digest(_fingerprint(request, key), recorded.fingerprint)


def _fingerprint(request: CommandRequest, key: CustomerKey) -> bytes:
    # Keyed with the customer's text key: a bare hash of a short text could be guessed long after the text itself
    # was erased, this one dies with the key.
    return hmac.digest(key.key, request.payload(), "sha256")


def _sealed(event: Event, ticket_id: str, key: CustomerKey) -> JsonObject:
    data: JsonObject = event.__pydantic_serializer__.to_python(event, mode="json")
    for *parents, field in FREE_TEXT.get(type(event), ()):
        holder = data
        for parent in parents:
            holder = holder[parent]
        if holder[field] is not None:
            sealed = seal(holder[field], ticket_id, key.kid, key.key)
            holder[field] = {"kid": sealed.kid, "sealed": sealed.sealed}
    return data
