"""What a drop proposes to give up, by what holds the ticket."""

from datetime import UTC, datetime

import pytest

from projector_service.adapters.parking import ParkedTicket, WaitingMessage
from projector_service.cli.proposal import CannotDrop, Proposal, propose
from projector_service.domain.messages import Fault
from projector_service.domain.tickets import Parking
from tests.support.projector import envelope
from ticket_contracts.envelope import SOURCE

TICKET = "0190d5a0-0000-7000-8000-000000000001"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def waits(offset: int, version: int | None, value: bytes | None = None) -> WaitingMessage:
    """Return a message that waits at an offset; without a version it is garbage."""
    return WaitingMessage(0, offset, NOON, version, "waits", value)


def event(offset: int, version: int, source: str = SOURCE) -> WaitingMessage:
    """Return an event that nobody can fold; `source` says who recorded it."""
    return waits(offset, version, envelope(TICKET, version, "TicketExploded", source=source).encode())


def held(version: int, fault: Fault, *messages: WaitingMessage, missing: int | None = None) -> Proposal:
    """Return what is proposed for a ticket at a version that the first of the messages holds."""
    parking = Parking(fault, "?", NOON, messages[0].offset, missing)
    return propose(ParkedTicket(TICKET, 0, version, parking, len(messages)), messages)


def test_an_event_of_the_command_service_takes_its_version_with_it() -> None:
    proposal = held(1, Fault.UNKNOWN_TYPE, event(7, 2), waits(8, 3))
    assert (proposal.offset, proposal.version) == (7, 2)


def test_of_what_only_waits_for_the_next_redrive_nothing_is_given_up() -> None:
    with pytest.raises(CannotDrop, match="redrive it again"):
        held(1, Fault.TOO_MUCH, event(7, 2), waits(8, 3))


def test_a_forged_event_takes_no_version_with_it() -> None:
    proposal = held(1, Fault.UNKNOWN_TYPE, event(7, 2, source="/a-forger"), waits(8, 2))
    assert (proposal.offset, proposal.version) == (7, None)
    assert "no version" in proposal.meaning


@pytest.mark.parametrize("version", [None, 1, 5])
def test_what_is_not_the_next_version_takes_none_with_it(version: int | None) -> None:
    proposal = held(3, Fault.CONFLICT, waits(7, version, b"\xff") if version is None else event(7, version))
    assert (proposal.offset, proposal.version) == (7, None)


def test_the_first_event_goes_and_what_follows_stays() -> None:
    proposal = held(0, Fault.UNKNOWN_TYPE, event(7, 1), waits(8, 2))
    assert (proposal.offset, proposal.version) == (7, None)
    assert "stays parked" in proposal.meaning


def test_missing_versions_are_given_up_to_the_first_that_waits() -> None:
    proposal = held(1, Fault.GAP, waits(7, 9), waits(8, 5), waits(9, None), missing=2)
    assert (proposal.offset, proposal.version) == (None, 4)


def test_without_its_first_event_a_ticket_cannot_be_helped() -> None:
    with pytest.raises(CannotDrop, match="first event is missing"):
        held(0, Fault.GAP, waits(7, 3), missing=1)


def test_a_gap_of_more_than_one_message_may_give_up_is_none_to_be_filled() -> None:
    assert held(1, Fault.GAP, waits(7, 1_002), missing=2).version == 1_001
    with pytest.raises(CannotDrop, match="by --offset"):
        held(1, Fault.GAP, waits(7, 1_003), missing=2)
