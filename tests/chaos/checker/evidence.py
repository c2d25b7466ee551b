"""History and end state side by side, indexed once for all checks."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tests.chaos.checker.fold import fold
from tests.chaos.checker.parking import Ticket, tickets_on_log
from tests.chaos.checker.state import EndState, Event, Json, LogRecord
from tests.chaos.history import Accepted, Command, History


@dataclass(frozen=True)
class Evidence:
    """What a judgement rests on. Tickets and keys are those of the history; the state may hold more."""

    history: History
    state: EndState

    @cached_property
    def keys(self) -> dict[str, Command]:
        """The commands by key."""
        return {command.key: command for command in self.history.commands}

    @cached_property
    def tickets(self) -> set[str]:
        """Every ticket that the history's commands named, were told of, or made, and those that others wrote to."""
        named = {command.ticket for command in self.history.commands if command.ticket is not None}
        told = {answer.ticket for command in self.history.commands for answer in command.accepted}
        made = {event.ticket for event in self.state.stored if event.key in self.keys}
        return named | told | made | {written.ticket for written in self.history.written}

    @cached_property
    def stored(self) -> dict[str, list[Event]]:
        """The store's events of each ticket, by version."""
        return _by_ticket(sorted(self.state.stored, key=lambda event: event.version), self.tickets)

    @cached_property
    def events_by_key(self) -> dict[str, list[Event]]:
        """The store's events of each key."""
        found: dict[str, list[Event]] = {}
        for event in self.state.stored:
            if event.key is not None:
                found.setdefault(event.key, []).append(event)
        return found

    @cached_property
    def stored_states(self) -> dict[str, list[Json]]:
        """Each ticket after each of its stored events."""
        return {ticket: fold(events) for ticket, events in self.stored.items()}

    @cached_property
    def first_deliveries(self) -> dict[str, list[LogRecord]]:
        """The relay's records of each ticket, the first of each event only, in the log's order."""
        foreign = {(written.partition, written.offset) for written in self.history.written}
        seen: set[str] = set()
        found: dict[str, list[LogRecord]] = {ticket: [] for ticket in self.tickets}
        for record in self.state.log:
            if (record.partition, record.offset) in foreign:
                continue
            if record.event.ticket in found and record.event.id not in seen:
                seen.add(record.event.id)
                found[record.event.ticket].append(record)
        return found

    @cached_property
    def on_log(self) -> dict[str, Ticket]:
        """Each ticket as the log has it: what must be shown, and what waits."""
        known = tickets_on_log(self.state)
        return {ticket: known.get(ticket) or Ticket() for ticket in self.tickets}

    @cached_property
    def logged(self) -> dict[str, list[Json]]:
        """Each ticket after each version that is shown of it."""
        return {ticket: found.states for ticket, found in self.on_log.items()}

    def waits(self, event: Event) -> bool:
        """Say whether an event may not be shown yet, for its ticket is parked."""
        ticket = self.on_log[event.ticket]
        return any(message.id == event.id for message in ticket.waiting)

    @cached_property
    def shown(self) -> dict[str, dict[str, int]]:
        """By place: the version at which each ticket is shown."""
        return {
            views.place: {document["id"]: document["version"] for document in views.documents}
            for views in self.state.views
        }

    @cached_property
    def listed(self) -> dict[str, set[tuple[str, int]]]:
        """By place: the entries (ticket, version) of the timelines."""
        return {
            entries.place: {(document["ticket_id"], document["version"]) for document in entries.documents}
            for entries in self.state.entries
        }

    def acknowledged_before(self, ticket: str, moment: float) -> int:
        """Return the highest version of a ticket that some client had been told of before `moment`, 0 for none."""
        times, highest = self._acknowledged.get(ticket, ([], []))
        place = bisect_left(times, moment)
        return highest[place - 1] if place else 0

    @cached_property
    def _acknowledged(self) -> dict[str, tuple[list[float], list[int]]]:
        answers = sorted(
            (attempt.answered, attempt.answer.ticket, attempt.answer.version)
            for command in self.history.commands
            for attempt in command.attempts
            if isinstance(attempt.answer, Accepted)
        )
        found: dict[str, tuple[list[float], list[int]]] = {}
        for moment, ticket, version in answers:
            times, highest = found.setdefault(ticket, ([], []))
            times.append(moment)
            highest.append(max(version, highest[-1] if highest else 0))
        return found


def _by_ticket(events: Iterable[Event], tickets: set[str]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {ticket: [] for ticket in tickets}
    for event in events:
        if event.ticket in found:
            found[event.ticket].append(event)
    return found
