"""Reading records: whom each belongs to, and what its sealed text says."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import pytest

from projector_service.domain.messages import Control, Fact, Fault, Ignored, Message, Poison, Received, Unattributable
from projector_service.projections.decode import decode
from projector_service.projections.open_texts import open_texts
from tests.support.projector import NOON, created, envelope, new_id
from ticket_chassis.sealing import new_key, seal
from ticket_contracts.control import Drop, control_message
from ticket_contracts.envelope import Envelope
from ticket_contracts.events import TicketCreated
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import MESSAGE_LIMIT

TICKET = "6f1ad1f4-5d0b-7a6e-9a0e-2b7f1c0d9e38"
KID, KEY = new_id(), new_key()


class Keys:
    """Two keys: one that opens, one that was forgotten."""

    def __init__(self, forgotten: str = "") -> None:
        self._keys: dict[str, bytes | None] = {KID: KEY, forgotten: None}

    async def find(self, kids: Collection[str]) -> Mapping[str, bytes | None]:
        return {kid: self._keys[kid] for kid in kids if kid in self._keys}


def received(key: bytes | None, value: bytes | None, partition: int | None = None) -> Received:
    """Return a record in the partition of its key, or in another one."""
    home = partition_of(key.decode(errors="replace")) if key else 0
    return Received(home if partition is None else partition, 7, key, value, datetime(2024, 5, 1, tzinfo=UTC))


def read(message: Envelope, key: str | None = None) -> Message:
    """Return what an event turns out to be."""
    return decode(received((key or message.subject).encode(), message.encode()))


def test_an_event_is_read() -> None:
    fact = read(created(TICKET))
    assert isinstance(fact, Fact)
    assert (fact.ticket_id, fact.version, type(fact.event)) == (TICKET, 1, TicketCreated)


def test_an_operators_message_is_no_event() -> None:
    request = Drop(operator="eve", reason="garbage", offset=3)
    control = read(control_message(request, TICKET, new_id(), NOON))
    assert isinstance(control, Control)
    assert (control.ticket_id, control.request, control.recorded_at) == (TICKET, request, NOON)


@pytest.mark.parametrize("name", ["explode", "redrive", "drop"])
def test_an_operators_slip_is_passed_over_and_told(name: str) -> None:
    message = created(TICKET).model_copy(update={"type": f"tickets.control.{name}.v1", "ticketversion": None})
    ignored = read(message)
    assert isinstance(ignored, Ignored)
    assert name in ignored.reason


def test_an_event_above_the_limit_parks_and_says_its_version() -> None:
    large = envelope(TICKET, 7, "TicketClosed", {"padding": "x" * MESSAGE_LIMIT})
    poison = read(large)
    assert isinstance(poison, Poison)
    assert (poison.fault, poison.version, poison.event_id) == (Fault.TOO_LARGE, 7, large.id)
    assert isinstance(read(envelope(TICKET, 7, "TicketClosed", {"padding": "x" * (MESSAGE_LIMIT - 1000)})), Fact)


@pytest.mark.parametrize(
    "key",
    [None, b"", b"ticket", TICKET.upper().encode(), TICKET.encode() + b"\n", b"\xff" * 36, TICKET.encode() + b" "],
)
def test_without_a_ticket_id_as_key_nobody_is_parked(key: bytes | None) -> None:
    assert isinstance(decode(received(key, b"garbage")), Unattributable)
    assert isinstance(decode(received(key, created(TICKET).encode())), Unattributable)


def test_a_record_in_a_foreign_partition_belongs_to_nobody() -> None:
    elsewhere = (partition_of(TICKET) + 1) % 12
    assert isinstance(decode(received(TICKET.encode(), created(TICKET).encode(), elsewhere)), Unattributable)


@pytest.mark.parametrize("value", [None, b"", b"{}", b"\xff", b"[]", b'{"specversion":"1.0"}', b"[" * 100_000])
def test_what_cannot_be_read_parks_the_ticket_of_its_key(value: bytes | None) -> None:
    poison = decode(received(TICKET.encode(), value))
    assert isinstance(poison, Poison)
    assert (poison.ticket_id, poison.fault) == (TICKET, Fault.UNREADABLE)


def test_faults_name_fields_and_never_values() -> None:
    poison = read(envelope(TICKET, 2, "AgentNoteAdded", {"note": ["top secret"]}))
    assert isinstance(poison, Poison)
    assert "note" in poison.detail
    assert "secret" not in poison.detail


async def opened(**data: object) -> Message:
    """Return a creation with some fields of its data, its sealed text opened."""
    (message,) = await open_texts([read(created(TICKET, **data))], Keys())
    return message


async def test_sealed_text_is_opened() -> None:
    sealed = seal("Ümlaut \U0001f600", TICKET, KID, KEY).model_dump()
    fact = await opened(subject=sealed, message=sealed)
    assert isinstance(fact, Fact)
    assert isinstance(fact.event, TicketCreated)
    assert (fact.event.subject, fact.event.message) == ("Ümlaut \U0001f600", "Ümlaut \U0001f600")


async def test_text_whose_key_is_forgotten_reads_as_empty() -> None:
    gone = new_id()
    sealed = seal("please forget me", TICKET, gone, new_key()).model_dump()
    (fact,) = await open_texts([read(created(TICKET, message=sealed))], Keys(forgotten=gone))
    assert isinstance(fact, Fact)
    assert isinstance(fact.event, TicketCreated)
    assert (fact.event.message, fact.event.subject) == ("", "Printer")


async def test_text_that_cannot_be_opened_parks() -> None:
    strangers = seal("hello", new_id(), KID, KEY).model_dump()
    unknown = seal("hello", TICKET, new_id(), new_key()).model_dump()
    for sealed in (strangers, unknown):
        poison = await opened(message=sealed)
        assert isinstance(poison, Poison)
        assert poison.fault is Fault.SEALED


async def test_sealed_text_beyond_the_limits_parks() -> None:
    poison = await opened(subject=seal("x" * 301, TICKET, KID, KEY).model_dump())
    assert isinstance(poison, Poison)
    assert (poison.fault, "subject" in poison.detail) == (Fault.INVALID_EVENT, True)
