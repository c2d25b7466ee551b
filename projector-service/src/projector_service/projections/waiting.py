"""What waits with a parked ticket: which of it may go on, and what it is that holds the rest.

Versions give the order, not arrival: a message of a later version holds nothing back that comes before it. Poison of
which no version can be read may be any version, so what came after it waits for it.
"""

from collections.abc import Sequence

from projector_service.domain.messages import Fact, Fault, Poison, Received
from projector_service.domain.tickets import ParkedMessage, Parking, Ticket
from projector_service.projections.steps import Steps

FOLDED_AT_ONCE = 16 * 1024 * 1024
"""Bytes of messages. All that one message lets go on is one transaction, and that must not be more than MongoDB takes;
the rest waits for the next. It is a rule of the log, like any other: each generation must come to the same."""

MESSAGES_AT_ONCE = 4_000
"""However small they are: each is an entry of the history, and MongoDB has to do with it besides."""


class Room:
    """How much of what waits one message may still let go on."""

    def __init__(self) -> None:
        self._bytes, self._messages = FOLDED_AT_ONCE, MESSAGES_AT_ONCE

    def __bool__(self) -> bool:
        return self._bytes > 0 and self._messages > 0

    def take(self, folded: Fact) -> None:
        """Note that a message has gone on."""
        self._bytes -= len(folded.at.value or b"")
        self._messages -= 1


def settle(
    steps: Steps, ticket_id: str, waiting: Sequence[Fact | Poison], at: Received, room: Room
) -> list[Fact | Poison]:
    """Fold what may go on, now that `at` has come; returns what still waits, in the order of arrival."""
    left = list(waiting)
    while room and (index := _next(left, steps.version(ticket_id))) is not None:
        fact = left[index]
        assert isinstance(fact, Fact)  # noqa: S101 - poison is never next
        if steps.is_repeat(fact):
            del left[index]
        elif fact.version <= steps.version(ticket_id):
            left[index] = steps.conflict(fact)
        elif (poison := steps.fold(fact, at)) is not None:
            left[index] = poison
        else:
            room.take(fact)
            del left[index]
    return left


def why_parked(ticket: Ticket, waiting: Sequence[Fact | Poison]) -> Parking:
    """Return what holds a ticket with which something waits."""
    first = waiting[0]
    if _next(waiting, ticket.version) is not None:
        detail = "more waits than is folded at once: redrive it again"
        return Parking(Fault.TOO_MUCH, detail, first.at.timestamp, first.at.offset)
    if not _bars(first, ticket.version):
        at_its_turn = (m for m in waiting if isinstance(m, Poison) and m.version == ticket.version + 1)
        first = next(at_its_turn, first)
    return parking_for(first, ticket)


def parking_for(message: Fact | Poison, ticket: Ticket) -> Parking:
    """Return why a ticket waits when `message` is what holds it, or shows that a version is missing."""
    if isinstance(message, Poison) and _bars(message, ticket.version):
        return Parking(message.fault, message.detail, message.at.timestamp, message.at.offset)
    missing = ticket.version + 1
    detail = f"version {message.version} came before version {missing}"
    return Parking(Fault.GAP, detail, message.at.timestamp, message.at.offset, missing)


def parked_message(message: Fact | Poison) -> ParkedMessage:
    """Return a message in the form in which it waits."""
    reason = f"{message.fault}: {message.detail}" if isinstance(message, Poison) else "waits"
    return ParkedMessage(message.at, message.ticket_id, message.version, message.event_id, reason)


def _bars(message: Fact | Poison, version: int) -> bool:
    """Say whether a ticket at `version` can go no further because of this message."""
    return isinstance(message, Poison) and (message.version is None or message.version <= version + 1)


def _next(waiting: Sequence[Fact | Poison], version: int) -> int | None:
    if not waiting:
        return None
    first = waiting[0]
    if isinstance(first, Fact) and first.version <= version + 1:
        return 0
    reach = next((i for i, m in enumerate(waiting) if _bars(m, version)), len(waiting))
    free = [i for i, m in enumerate(waiting[:reach]) if isinstance(m, Fact) and m.version <= version + 1]
    if free:
        return min(free, key=lambda i: waiting[i].version or 0)
    # Where a version is missing, it goes on as soon as that one is here, whatever else came in between.
    turn = next((i for i, m in enumerate(waiting) if m.version == version + 1), None)
    return turn if turn is not None and reach > 0 and isinstance(waiting[turn], Fact) else None
