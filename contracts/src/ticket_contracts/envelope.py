"""The envelope of everything on tickets.events.v1: CloudEvents 1.0 in structured JSON mode.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from ticket_contracts.events import Event
from ticket_contracts.fields import EventId, TicketId, Version
from ticket_contracts.model import RULES, Contract, EventData, Timestamp
from ticket_contracts.upcasting import CONTROL_PREFIX, parse_event

CONTENT_TYPE = "application/cloudevents+json"
SOURCE = "/command-service"


class InvalidEnvelope(ValueError):
    """The bytes are no CloudEvent that this log may hold."""


class Envelope(Contract):
    """One message of the log. `ticketversion` is absent on control messages only."""

    model_config = ConfigDict(json_schema_extra={RULES: ["ticketversion is there on all but control messages"]})
    specversion: Literal["1.0"] = Field(default="1.0", description="Version of CloudEvents")
    id: EventId
    source: str = Field(default=SOURCE, min_length=1, max_length=200, description="Who recorded it")
    type: str = Field(min_length=1, max_length=200, description="tickets.<Name>.v<n>, or tickets.control.<name>.v<n>")
    subject: TicketId
    time: Timestamp = Field(description="When it occurred; may be in the past")
    recordedtime: Timestamp = Field(description="When it was stored")
    ticketversion: Version | None = None
    correlationid: str | None = Field(default=None, max_length=200, description="The request that it belongs to")
    causationid: str | None = Field(default=None, max_length=200, description="The message or command that caused it")
    traceparent: str | None = Field(default=None, max_length=55, description="W3C trace context")
    datacontenttype: Literal["application/json"] = Field(default="application/json", description="Form of `data`")
    data: EventData = Field(description="The event, as its type says")

    @property
    def is_control(self) -> bool:
        """True for operators' messages, which are no events and have no version."""
        return self.type.startswith(CONTROL_PREFIX)

    def event(self) -> Event:
        """Return the event inside, upcast; raises UnknownEventType or InvalidEvent."""
        return parse_event(self.type, self.data)

    def encode(self) -> bytes:
        """Return the message's bytes (UTF-8 JSON, absent extensions left out)."""
        return self.__pydantic_serializer__.to_json(self, exclude_none=True)


def decode_envelope(raw: bytes) -> Envelope:
    """Return the envelope in `raw`; raises InvalidEnvelope, which names fields, never values."""
    try:
        envelope = Envelope.model_validate_json(raw)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, e["loc"])) or e["type"] for e in error.errors()}))
        raise InvalidEnvelope(fields) from None
    if envelope.ticketversion is None and not envelope.is_control:
        raise InvalidEnvelope("ticketversion")
    return envelope
