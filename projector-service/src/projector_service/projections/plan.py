"""What a batch will change: worked out in memory, message by message, before anything is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from projector_service.domain.fold import CannotFold, fold
from projector_service.domain.messages import Fact, Fault, Message, Poison, Received, Unattributable
from projector_service.domain.tickets import ParkedMessage, Parking, Ticket
from projector_service.projections.effects import BatchPlan, timeline_entry


class Planner:
    """Plans a batch. `known_ids` holds ids of events folded earlier; `parked`, messages that wait already."""

    def __init__(
        self,
        plan: BatchPlan,
        known_ids: Mapping[tuple[str, int], str],
        parked: Mapping[str, Sequence[Message]],
    ) -> None:
        self._plan = plan
        self._event_ids = dict(known_ids)
        self._waiting: dict[str, list[Fact | Poison]] = {
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
        elif isinstance(message, Fact):
            self._take_fact(message, repeated=repeated)
        elif isinstance(message, Poison):
            self._plan.touched.add(message.ticket_id)
            if not repeated:
                self._park(message)
        counters.offset = max(counters.offset, message.at.offset)
        self._plan.reached[message.at.partition] = message.at.offset

    def _take_fact(self, fact: Fact, *, repeated: bool) -> None:
        ticket = self._ticket(fact)
        self._plan.touched.add(fact.ticket_id)
        if fact.version <= ticket.version:
            self._take_known(fact, ticket, repeated=repeated)
        elif repeated:
            return  # it is among the parked messages
        elif ticket.parking is None:
            self._take_next(fact, ticket)
        elif ticket.parking.missing == fact.version:
            self._heal(fact)
        else:
            self._park(fact)

    def _take_known(self, fact: Fact, ticket: Ticket, *, repeated: bool) -> None:
        known = self._event_ids.get((fact.ticket_id, fact.version))
        if known is None and ticket.view is not None and fact.version == ticket.version:
            known = ticket.view.event_id
        if known == fact.event_id:
            self._plan.old_entries.append(timeline_entry(fact))
            self._plan.outcomes.append((False, None))
            if repeated:
                self._plan.retold[fact.ticket_id] = min(
                    fact.version, self._plan.retold.get(fact.ticket_id, fact.version)
                )
        elif not repeated:
            conflict = Poison(
                fact.at, fact.ticket_id, Fault.CONFLICT, f"version {fact.version} is already another event"
            )
            self._plan.conflicts.append(conflict)
            self._park(conflict)

    def _take_next(self, fact: Fact, ticket: Ticket) -> None:
        if fact.version > ticket.version + 1:
            self._plan.gaps.add(fact.ticket_id)
            self._park(fact)
        elif (poison := self._fold(fact)) is not None:
            self._park(poison)

    def _fold(self, fact: Fact, at: Received | None = None) -> Poison | None:
        """Fold the next version, or return why it cannot be. `at` is the message that made it possible."""
        ticket = self._plan.tickets[fact.ticket_id]
        try:
            view = fold(ticket.view, fact)
        except CannotFold as error:
            return Poison(fact.at, fact.ticket_id, Fault.FOLD_FAILED, str(error))
        except Exception as error:  # noqa: BLE001 - a defect of ours parks the one ticket that shows it
            return Poison(fact.at, fact.ticket_id, Fault.FOLD_FAILED, type(error).__name__)
        if at is not None:
            view = view.model_copy(update={"offset": at.offset})
        self._plan.counters[fact.at.partition].count(ticket.view, view, fact.event, fact.occurred_at)
        self._plan.tickets[fact.ticket_id] = Ticket(ticket.id, ticket.partition, view, ticket.parking, ticket.stored_as)
        self._plan.changed.add(fact.ticket_id)
        self._plan.new_entries.append(timeline_entry(fact, view.recent[-1]))
        self._event_ids[fact.ticket_id, fact.version] = fact.event_id
        self._plan.outcomes.append((False, None))
        return None

    def _park(self, message: Fact | Poison) -> None:
        ticket = self._ticket(message)
        newly = ticket.parking is None
        if newly:
            parking = _parking(message, ticket)
            self._set_parking(ticket, parking, message.at)
            self._plan.newly_parked.append(ticket.id)
        self._waiting.setdefault(ticket.id, []).append(message)
        self._plan.park.append(_parked_message(message))
        self._plan.outcomes.append((True, ticket.id if newly else None))

    def _heal(self, fact: Fact) -> None:
        """Fold the version that was missing, then all that waited for it, in order."""
        poison = self._fold(fact, fact.at)
        if poison is not None:
            self._park(poison)
            self._rename(poison, fact.at)
            return
        waiting = self._waiting.pop(fact.ticket_id, [])
        left = self._fold_waiting(waiting, fact.at)
        kept = {m.at for m in left}
        self._plan.unpark += [m.at for m in waiting if m.at not in kept]
        ticket = self._plan.tickets[fact.ticket_id]
        if left:
            self._waiting[fact.ticket_id] = left
            self._set_parking(ticket, _parking(left[0], ticket), fact.at)
        else:
            self._set_parking(ticket, None, fact.at)
            self._plan.healed.append(ticket.id)

    def _rename(self, poison: Poison, at: Received) -> None:
        ticket = self._plan.tickets[poison.ticket_id]
        self._set_parking(ticket, _parking(poison, ticket), at)

    def _fold_waiting(self, waiting: Sequence[Fact | Poison], at: Received) -> list[Fact | Poison]:
        left = list(waiting)
        while left:
            version = self._plan.tickets[left[0].ticket_id].version
            # What stands before the first poison is free to go, whichever way round it arrived.
            reach = next((i for i, m in enumerate(left) if isinstance(m, Poison)), len(left))
            facts = [m for m in left[:reach] if isinstance(m, Fact) and m.version <= version + 1]
            if not facts:
                break
            first = min(facts, key=lambda m: m.version)
            index = left.index(first)
            poison = self._repeat_of(first) if first.version <= version else self._fold(first, at)
            if poison is None:
                del left[index]
            else:
                left[index] = poison
        return left

    def _repeat_of(self, fact: Fact) -> Poison | None:
        if self._event_ids.get((fact.ticket_id, fact.version)) == fact.event_id:
            return None
        return Poison(fact.at, fact.ticket_id, Fault.CONFLICT, f"version {fact.version} is already another event")

    def _set_parking(self, ticket: Ticket, parking: Parking | None, at: Received) -> None:
        view = ticket.view
        if view is not None:
            stale = parking.stale() if parking else None
            view = view.model_copy(update={"stale": stale, "offset": at.offset})
        self._plan.tickets[ticket.id] = replace(ticket, view=view, parking=parking)
        self._plan.changed.add(ticket.id)

    def _ticket(self, message: Fact | Poison) -> Ticket:
        return self._plan.tickets.setdefault(message.ticket_id, Ticket(message.ticket_id, message.at.partition))


def _parking(message: Fact | Poison, ticket: Ticket) -> Parking:
    if isinstance(message, Poison):
        return Parking(message.fault, message.detail, message.at.timestamp, message.at.offset)
    missing = ticket.version + 1
    detail = f"version {message.version} came before version {missing}"
    return Parking(Fault.GAP, detail, message.at.timestamp, message.at.offset, missing)


def _parked_message(message: Fact | Poison) -> ParkedMessage:
    if isinstance(message, Poison):
        return ParkedMessage(message.at, message.ticket_id, None, None, f"{message.fault}: {message.detail}")
    return ParkedMessage(message.at, message.ticket_id, message.version, message.event_id, "waits")
