"""What is stored is what is sent: a message that the contracts can read, with all free text sealed."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from pydantic import BaseModel

from command_service.adapters.memory import MemoryTextKeys
from command_service.bootstrap import new_id
from command_service.commands.create_ticket import CreateTicket
from command_service.domain.ticket import evolve
from command_service.execution.recorder import FREE_TEXT, Recorder
from command_service.execution.request import CommandRequest
from ticket_chassis.sealing import open_text
from ticket_contracts.envelope import decode_envelope
from ticket_contracts.events import EVENTS, Customer, Event, TicketCreated, TicketResolved
from ticket_contracts.fields import Channel, Priority
from ticket_contracts.text import SealedText

ID = str(uuid4())
NOW = datetime(2026, 1, 2, 3, 4, 5, 678_999, tzinfo=UTC)
CREATED = TicketCreated(
    customer=Customer(id="c", contact="quoted@example.org"),
    subject='"quoted" \u2028 שלום',
    message="m\n\t",
    channel=Channel.WEB,
    priority=Priority.LOW,
)
REQUEST = CommandRequest(
    ID,
    CreateTicket(customer_id="c", subject="s", message="m"),
    key="k",
    occurred_at=datetime(2016, 2, 29, 1, 16, tzinfo=UTC),
    correlation_id="of the request",
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)


@pytest.fixture
def keys() -> MemoryTextKeys:
    return MemoryTextKeys()


@pytest.fixture
def recorder(keys: MemoryTextKeys) -> Recorder:
    return Recorder(keys, lambda: NOW, new_id)


async def test_the_contracts_read_what_is_sent(recorder: Recorder, keys: MemoryTextKeys) -> None:
    stored = await recorder.record(REQUEST, CREATED, evolve(None, CREATED))
    envelope = decode_envelope(stored.envelope.encode())
    assert (envelope.id, envelope.subject, envelope.ticketversion) == (stored.id, ID, 1)
    assert (envelope.time, envelope.recordedtime) == (REQUEST.occurred_at, NOW.replace(microsecond=678_000))
    assert (envelope.correlationid, envelope.traceparent) == (REQUEST.correlation_id, REQUEST.traceparent)
    event = envelope.event()
    assert isinstance(event, TicketCreated)
    assert isinstance(event.subject, SealedText)
    assert open_text(event.subject, ID, (await keys.by_id(stored.kid)).key) == CREATED.subject
    assert isinstance(event.customer.contact, SealedText)
    assert open_text(event.customer.contact, ID, (await keys.by_id(stored.kid)).key) == CREATED.customer.contact
    sealed = {"customer": event.customer, "subject": event.subject, "message": event.message}
    assert event == CREATED.model_copy(update=sealed)
    assert event.customer.id == CREATED.customer.id
    # Byte for byte what the contracts themselves would write.
    assert decode_envelope(envelope.encode()) == envelope


async def test_without_a_time_of_its_own_it_occurs_when_it_is_recorded(recorder: Recorder) -> None:
    request = CommandRequest(ID, REQUEST.command)
    stored = await recorder.record(request, CREATED, evolve(None, CREATED))
    assert stored.occurred_at == stored.recorded_at
    assert (stored.key, stored.fingerprint) == (None, None)
    envelope = decode_envelope(stored.envelope.encode())
    assert (envelope.correlationid, envelope.traceparent) == (None, None)


async def test_absent_text_stays_absent(recorder: Recorder) -> None:
    unreachable = CREATED.model_copy(update={"customer": Customer(id="c")})
    stored = await recorder.record(REQUEST, unreachable, evolve(None, unreachable))
    assert decode_envelope(stored.envelope.encode()).data["customer"] == {"id": "c", "contact": None}
    ticket = evolve(None, CREATED)
    event = TicketResolved()
    stored = await recorder.record(REQUEST, event, evolve(ticket, event))
    assert decode_envelope(stored.envelope.encode()).event() == event


async def test_no_free_text_is_readable_in_what_is_stored(recorder: Recorder) -> None:
    stored = await recorder.record(REQUEST, CREATED, evolve(None, CREATED))
    assert "quoted" not in stored.envelope
    assert "quoted" not in repr(stored)


@pytest.mark.parametrize("event", EVENTS)
def test_every_text_that_can_be_sealed_is(event: type[Event]) -> None:
    assert sealable(event) == set(FREE_TEXT.get(event, ()))


def sealable(model: type[BaseModel]) -> set[tuple[str, ...]]:
    """Where a model, or a model inside it, takes sealed text."""
    found: set[tuple[str, ...]] = set()
    for name, field in model.model_fields.items():
        if SealedText.__name__ in repr(field.annotation):
            found.add((name,))
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= {(name, *inner) for inner in sealable(field.annotation)}
    return found
