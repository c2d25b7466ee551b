"""What a batch will change: worked out in memory, message by message, before anything is stored."""

from collections.abc import Mapping, Sequence

from projector_service.domain.messages import Control, Fact, Fault, Ignored, Message, Poison, Received, Unattributable
from projector_service.domain.tickets import Parking, Ticket
from projector_service.projections.drops import drop
from projector_service.projections.effects import BatchPlan, Outcome
from projector_service.projections.steps import Steps
from projector_service.projections.waiting import Room, parked_message, parking_for, settle, why_parked
from ticket_contracts.control import Drop

Waiting = list[Fact | Poison]


class Planner:
    """Plans a batch. `known_ids` holds ids of events folded earlier; `parked`, messages that wait already."""

    def __init__(
        self,
        plan: BatchPlan,
        known_ids: Mapping[tuple[str, int], str],
        parked: Mapping[str, Sequence[Message]],
    ) -> None:
        self._plan = plan
        self._steps = Steps(plan, known_ids)
        self._waiting: dict[str, Waiting] = {
            ticket_id: [m for m in messages if isinstance(m, Fact | Poison)] for ticket_id, messages in parked.items()
        }

    def take(self, message: Message) -> None:
        """Work out what one message does. Messages of a partition come in the order of their offsets."""
        counters = self._plan.counters[message.at.partition]
        # At or below the counters' offset the effect is in the database already: a crash came before the
        # position was stored, and all that is missing is that it be published.
        repeated = message.at.offset <= counters.offset
        if isinstance(message, Unattributable):
            self._plan.dead_letters.append(message)
        elif isinstance(message, Ignored):
            self._plan.controls.append((message, Outcome.IGNORED))
        elif isinstance(message, Fact):
            self._take_fact(message, repeated=repeated)
        elif isinstance(message, Poison):
            self._take_poison(message, repeated=repeated)
        elif message.ticket_id in self._plan.tickets:
            self._take_control(message, repeated=repeated)
        else:
            self._plan.controls.append((message, Outcome.NOT_PARKED))
        counters.offset = max(counters.offset, message.at.offset)
        self._plan.reached[message.at.partition] = message.at.offset

    def _take_fact(self, fact: Fact, *, repeated: bool) -> None:
        ticket = self._steps.ticket(fact)
        self._plan.touched.add(fact.ticket_id)
        if fact.version <= ticket.version:
            self._take_known(fact, repeated=repeated)
        elif repeated:
            return  # it is among the parked messages
        elif ticket.parking is None:
            self._take_next(fact)
        elif ticket.parking.missing == fact.version:
            self._heal(fact)
        else:
            self._park(fact)

    def _take_known(self, fact: Fact, *, repeated: bool) -> None:
        if self._steps.is_repeat(fact):
            self._repeat()
            if repeated:
                self._retell(fact.ticket_id, since=fact.version - 1)
        elif not repeated:
            conflict = self._steps.conflict(fact)
            self._plan.conflicts.append(conflict)
            self._park(fact, conflict)

    def _take_next(self, fact: Fact) -> None:
        if fact.version > self._steps.version(fact.ticket_id) + 1:
            self._park(fact)
        elif (poison := self._steps.fold(fact)) is not None:
            self._park(fact, poison)

    def _take_poison(self, poison: Poison, *, repeated: bool) -> None:
        ticket = self._steps.ticket(poison)
        self._plan.touched.add(poison.ticket_id)
        if repeated:
            return
        if poison.version is not None and poison.version <= ticket.version and self._steps.is_repeat(poison):
            self._repeat()  # of a message that was given up
            return
        self._park(poison)
        if ticket.parking is not None and poison.version is not None and ticket.parking.missing == poison.version:
            self._steps.set_parking(ticket.id, parking_for(poison, ticket), poison.at)

    def _repeat(self) -> None:
        self._plan.repeated += 1
        self._plan.outcomes.append((False, None))

    def _retell(self, ticket_id: str, since: int) -> None:
        self._plan.retold[ticket_id] = min(since, self._plan.retold.get(ticket_id, since))

    def _park(self, message: Fact | Poison, found: Poison | None = None) -> None:
        """Let a message wait, for what was found when it was tried. It is kept as it came: next time may differ."""
        ticket = self._steps.ticket(message)
        newly = ticket.parking is None or ticket.parking.fault is Fault.DROPPED
        if newly:
            parking = parking_for(found or message, ticket)
            if parking.fault is Fault.GAP:
                self._plan.gaps.add(ticket.id)
            self._steps.set_parking(ticket.id, parking, message.at)
            self._plan.newly_parked.append(ticket.id)
        self._waiting.setdefault(ticket.id, []).append(message)
        self._plan.park.append(parked_message(found or message))
        self._plan.outcomes.append((True, ticket.id if newly else None))

    def _heal(self, fact: Fact) -> None:
        """Fold the version that was missing, then all that waited for it, in order."""
        poison = self._steps.fold(fact, fact.at)
        if poison is not None:
            self._park(fact, poison)
            ticket = self._plan.tickets[fact.ticket_id]
            self._steps.set_parking(ticket.id, parking_for(poison, ticket), fact.at)
            return
        waiting = self._waiting.pop(fact.ticket_id, [])
        left = settle(self._steps, fact.ticket_id, waiting, fact.at, Room())
        self._leave(fact.ticket_id, waiting, left, fact.at)
        if not left:
            self._plan.healed.append(fact.ticket_id)

    def _take_control(self, control: Control, *, repeated: bool) -> None:
        """Do what operators ask. The ticket's view takes the offset in any case, also where nothing waits.

        So a generation that could fold at once what another had to be told to try again ends in the same view.
        """
        self._plan.touched.add(control.ticket_id)
        if repeated:
            self._retell(control.ticket_id, since=0)
            return
        was_parked = self._plan.tickets[control.ticket_id].parking is not None
        waiting = self._waiting.pop(control.ticket_id, [])
        if isinstance(control.request, Drop):
            left, record = drop(self._steps, control, control.request, waiting)
            self._plan.drops.append(record)
        else:
            left = settle(self._steps, control.ticket_id, waiting, control.at, Room())
        self._leave(control.ticket_id, waiting, left, control.at)
        outcome = Outcome.STILL_PARKED if left else Outcome.UNPARKED if was_parked else Outcome.NOT_PARKED
        self._plan.controls.append((control, outcome))

    def _leave(self, ticket_id: str, waiting: Waiting, left: Waiting, at: Received) -> None:
        """Note what is left of `waiting` after an attempt to go on, and whether the ticket is free."""
        kept = {m.at for m in left}
        self._plan.unpark += [m.at for m in waiting if m.at not in kept]
        self._plan.parked_again += map(parked_message, left)
        ticket = self._plan.tickets[ticket_id]
        self._waiting[ticket_id] = [m for m in waiting if m.at in kept]
        self._steps.set_parking(ticket_id, why_parked(ticket, left) if left else _unborn(ticket, at), at)


def _unborn(ticket: Ticket, at: Received) -> Parking | None:
    """Return None where the ticket has a view; else what readers go on being told, for markers are not taken back."""
    if ticket.view is not None:
        return None
    return Parking(Fault.DROPPED, "what came of the ticket was given up", at.timestamp, at.offset, missing=1)
