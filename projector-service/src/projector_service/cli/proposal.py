"""What a drop gives up when operators name the ticket alone: what holds it, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass

from projector_service.adapters.parking import ParkedTicket, WaitingMessage
from projector_service.domain.messages import Fault
from projector_service.projections.drops import GIVE_UP_MAX
from ticket_contracts.envelope import SOURCE, InvalidEnvelope, decode_envelope


class CannotDrop(Exception):
    """There is nothing that could be given up so that the ticket goes on; says what to do instead."""


@dataclass(frozen=True)
class Proposal:
    """What is given up, and what becomes of later versions."""

    offset: int | None
    version: int | None
    meaning: str


def propose(ticket: ParkedTicket, messages: Sequence[WaitingMessage]) -> Proposal:
    """Return what holds a ticket; raises CannotDrop."""
    if ticket.parking.fault is Fault.TOO_MUCH:
        raise CannotDrop("nothing holds it, more waits than is folded at once: redrive it again")
    held = next((m for m in messages if m.offset == ticket.parking.offset), None)
    if ticket.parking.missing is not None or held is None:
        return _missing(ticket, messages)
    what = f"the message at offset {held.offset} of partition {held.partition}"
    follows = ticket.version + 1
    if held.version == 1 and ticket.version == 0:
        return Proposal(held.offset, None, f"{what}, the ticket's first: what follows stays parked, for want of it")
    if held.version == follows and _is_recorded(held):
        meaning = f"{what}, and with it version {follows}: later versions go on as if it had changed nothing"
        return Proposal(held.offset, follows, meaning)
    return Proposal(held.offset, None, f"{what}; no version is given up with it")


def _missing(ticket: ParkedTicket, messages: Sequence[WaitingMessage]) -> Proposal:
    if ticket.version == 0:
        raise CannotDrop("its first event is missing, and without that there is no ticket; drop what waits by --offset")
    last = min((m.version for m in messages if m.version is not None and m.version > ticket.version), default=0) - 1
    if last > ticket.version + GIVE_UP_MAX:
        raise CannotDrop(f"over {GIVE_UP_MAX} versions are missing: drop the message that is ahead, by --offset")
    return Proposal(None, last, f"the missing versions {ticket.version + 1} to {last}: later ones go on without them")


def _is_recorded(message: WaitingMessage) -> bool:
    """Say whether the command service recorded it: then its version is taken, and nothing else will ever have it."""
    try:
        return decode_envelope(message.value or b"").source == SOURCE
    except InvalidEnvelope:
        return False
