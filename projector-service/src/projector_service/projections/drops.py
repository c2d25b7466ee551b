"""Drop: what operators give up, so that a ticket can go on without it."""

from collections.abc import Sequence

from projector_service.domain.messages import NO_EVENT, Control, Fact, Poison
from projector_service.projections.effects import DropRecord
from projector_service.projections.steps import Steps
from projector_service.projections.waiting import Room, settle
from ticket_contracts.control import Drop

GIVE_UP_MAX = 1_000
"""Versions that one message may give up: an entry of the history each, all in one transaction."""


def drop(
    steps: Steps, control: Control, request: Drop, waiting: Sequence[Fact | Poison]
) -> tuple[list[Fact | Poison], DropRecord]:
    """Give up what `request` names, fold what can go on; returns what still waits, and what was given up.

    A version is given up only where no waiting message has it, and never the first: without it there is no ticket.
    What is named but is not there any more, because it was folded meanwhile, is not given up.
    """
    given_up = next((m for m in waiting if m.at.offset == request.offset), None)
    gone = [m for m in waiting if given_up is not None and (m is given_up or _same_event(m, given_up))]
    room = Room()
    left = settle(steps, control.ticket_id, [m for m in waiting if m not in gone], control.at, room)
    versions: list[int] = []
    while _is_missing(steps, control, request, left):
        version = steps.version(control.ticket_id) + 1
        known = given_up.event_id if given_up is not None and given_up.version == version else None
        steps.give_up(control, known or NO_EVENT)
        versions.append(version)
        left = settle(steps, control.ticket_id, left, control.at, room)
    return left, DropRecord(control, tuple(m.at.offset for m in gone), tuple(versions))


def _same_event(message: Fact | Poison, other: Fact | Poison) -> bool:
    return other.event_id is not None and (message.event_id, message.version) == (other.event_id, other.version)


def _is_missing(steps: Steps, control: Control, request: Drop, left: Sequence[Fact | Poison]) -> bool:
    version = steps.version(control.ticket_id)
    last = request.version or 0
    within = 0 < version < last <= version + GIVE_UP_MAX
    return within and all(m.version != version + 1 for m in left)
