"""The single steps that a plan is made of: fold an event, give a version up, park, unpark."""

from collections.abc import Mapping
from dataclasses import replace

from projector_service.domain.fold import CannotFold, fold, give_up
from projector_service.domain.messages import NO_EVENT, Control, Fact, Fault, Poison, Received
from projector_service.domain.tickets import Parking, Ticket
from projector_service.projections.effects import BatchPlan, timeline_entry


class Steps:
    """Changes a plan, step by step. `known_ids` holds ids of events folded earlier, by (ticket id, version)."""

    def __init__(self, plan: BatchPlan, known_ids: Mapping[tuple[str, int], str]) -> None:
        self._plan = plan
        self._event_ids = dict(known_ids)

    def version(self, ticket_id: str) -> int:
        """Return the last version of a ticket that was folded or given up."""
        return self._plan.tickets[ticket_id].version

    def fold(self, fact: Fact, at: Received | None = None) -> Poison | None:
        """Fold the next version, or return why it cannot be. `at` is the message that made it possible."""
        ticket = self._plan.tickets[fact.ticket_id]
        try:
            view = fold(ticket.view, fact)
        except CannotFold as error:
            return _poison(fact, Fault.FOLD_FAILED, str(error))
        except Exception as error:  # noqa: BLE001 - a defect of ours parks the one ticket that shows it
            return _poison(fact, Fault.FOLD_FAILED, type(error).__name__)
        if at is not None:
            view = view.model_copy(update={"offset": at.offset})
        self._plan.counters[fact.at.partition].count(ticket.view, view, fact.event, fact.occurred_at)
        self._plan.tickets[fact.ticket_id] = Ticket(ticket.id, ticket.partition, view, ticket.parking, ticket.stored_as)
        self._plan.changed.add(fact.ticket_id)
        self._plan.new_entries.append(timeline_entry(ticket, fact.event_id, view.recent[-1]))
        self._event_ids[fact.ticket_id, fact.version] = fact.event_id
        self._plan.outcomes.append((False, None))
        return None

    def give_up(self, control: Control, event_id: str) -> None:
        """Let the ticket, which must have a view, go on without its next version. Nothing is counted for it."""
        ticket = self._plan.tickets[control.ticket_id]
        assert ticket.view is not None  # noqa: S101 - the caller's condition
        view = give_up(ticket.view, control)
        self._plan.tickets[ticket.id] = replace(ticket, view=view)
        self._plan.changed.add(ticket.id)
        self._plan.new_entries.append(timeline_entry(ticket, event_id, view.recent[-1]))
        self._event_ids[ticket.id, view.version] = event_id

    def is_repeat(self, message: Fact | Poison) -> bool:
        """Say whether exactly this event has its version already, folded or given up."""
        return message.version is not None and self._known(message.ticket_id, message.version) == message.event_id

    def conflict(self, fact: Fact) -> Poison:
        """Return the poison that an event is whose version another one has."""
        given_up = self._known(fact.ticket_id, fact.version) == NO_EVENT
        why = "was given up before it came" if given_up else "is already another event"
        return _poison(fact, Fault.CONFLICT, f"version {fact.version} {why}")

    def set_parking(self, ticket_id: str, parking: Parking | None, at: Received) -> None:
        """Park, unpark, or park for another reason; readers see it as a change by the message `at`."""
        ticket = self._plan.tickets[ticket_id]
        view = ticket.view
        if view is not None:
            stale = parking.stale() if parking else None
            view = view.model_copy(update={"stale": stale, "offset": at.offset})
        marked_at = at.offset if view is None else -1
        self._plan.tickets[ticket_id] = replace(ticket, view=view, parking=parking, marked_at=marked_at)
        self._plan.changed.add(ticket_id)
        self._plan.parked_anew.add(ticket_id)

    def ticket(self, message: Fact | Poison) -> Ticket:
        """Return the ticket of a message, a new one where there is none."""
        return self._plan.tickets.setdefault(message.ticket_id, Ticket(message.ticket_id, message.at.partition))

    def _known(self, ticket_id: str, version: int) -> str | None:
        known = self._event_ids.get((ticket_id, version))
        view = self._plan.tickets[ticket_id].view
        if known is None and view is not None and version == view.version:
            return view.event_id
        return known


def _poison(fact: Fact, fault: Fault, detail: str) -> Poison:
    return Poison(fact.at, fact.ticket_id, fault, detail, fact.version, fact.event_id)
