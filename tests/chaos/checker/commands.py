"""By key: an acknowledged command is there once and everywhere, a refused one nowhere, a timed-out one all or none."""

from collections.abc import Iterator
from functools import partial
from math import inf

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.fold import without_nulls
from tests.chaos.checker.places import missing_in
from tests.chaos.checker.rules import Emits, No, Nothing, decide
from tests.chaos.checker.state import Event, Json
from tests.chaos.checker.violations import Kind, Violation
from tests.chaos.history import Accepted, Command, Fate, Refused, Unknown


def check_commands(evidence: Evidence) -> Iterator[Violation]:
    """Yield what is wrong with the fate of each command."""
    missing = partial(missing_in, evidence)
    for command in evidence.history.commands:
        events = evidence.events_by_key.get(command.key, [])
        if len(events) > 1:
            yield Violation(Kind.KEY_TWICE, command.key, f"stored as {[event.id for event in events]}")
        if events:
            yield from _stored(evidence, command, events[0])
            yield from _everywhere(command, missing(events[0]))
        else:
            yield from _not_stored(evidence, command)
        yield from _errors(command)


def _stored(evidence: Evidence, command: Command, event: Event) -> Iterator[Violation]:
    if command.fate is Fate.REFUSED:
        yield Violation(Kind.REFUSED_STORED, command.key, f"{command.refused[0].code}, stored as {_name(event)}")
    states = evidence.stored_states[event.ticket]
    if event.version <= len(states):
        told = Accepted(event.ticket, event.version, str(states[event.version - 1]["status"]))
        yield from _answers(evidence, command, told)
        yield from _asked_for(command, event, states[event.version - 2] if event.version > 1 else None)
    before = evidence.acknowledged_before(event.ticket, command.sent)
    if before >= event.version:
        yield Violation(Kind.PAST_ACCEPTED, command.key, f"{_name(event)}, though {before} was acknowledged before")


def _answers(evidence: Evidence, command: Command, told: Accepted) -> Iterator[Violation]:
    """Once a client was told of the event, later attempts are told the same; earlier ones were decided before it."""
    settled = min((a.answered for a in command.attempts if a.answer == told), default=inf)
    for attempt in command.attempts:
        answer = attempt.answer
        if isinstance(answer, Unknown) or answer == told:
            continue
        if attempt.sent > settled:
            yield Violation(Kind.TWO_ANSWERS, command.key, f"{told}, then {answer}")
        elif isinstance(answer, Accepted):
            if answer.version >= told.version or not _changes_nothing(evidence, command, answer):
                yield Violation(Kind.WRONG_ANSWER, command.key, f"{answer}, stored as {told}")
        elif not _explained(evidence, command, attempt.sent, answer, before=told.version):
            yield Violation(Kind.WRONG_REFUSAL, command.key, f"{answer}, stored as {told}")


def _asked_for(command: Command, event: Event, before: Json | None) -> Iterator[Violation]:
    wanted = decide(before, command.type, command.data)
    found = (event.name, without_nulls(event.data))
    if not isinstance(wanted, Emits) or (wanted.name, without_nulls(wanted.data)) != found:
        yield Violation(Kind.WRONG_EVENT, command.key, f"{_name(event)} is {event.name}; the rules say {wanted}")
    elif command.occurred_at not in (None, event.occurred_at):
        yield Violation(Kind.WRONG_EVENT, command.key, f"occurred at {event.occurred_at}, not {command.occurred_at}")


def _everywhere(command: Command, missing: list[str]) -> Iterator[Violation]:
    if missing and command.fate is not Fate.REFUSED:
        kind = Kind.LOST if command.fate is Fate.ACKNOWLEDGED else Kind.HALF_STORED
        yield Violation(kind, command.key, f"stored, but not in: {', '.join(missing)}")


def _not_stored(evidence: Evidence, command: Command) -> Iterator[Violation]:
    """A command without an event was refused, timed out, or had nothing to change, in a state that explains it."""
    for attempt in command.attempts:
        answer = attempt.answer
        if isinstance(answer, Accepted):
            known = evidence.acknowledged_before(answer.ticket, attempt.sent)
            if answer.version < known or not _changes_nothing(evidence, command, answer):
                yield Violation(Kind.LOST, command.key, f"{answer} and no event in the store")
        elif isinstance(answer, Refused) and not _explained(evidence, command, attempt.sent, answer):
            yield Violation(Kind.WRONG_REFUSAL, command.key, f"{command.type} on {command.ticket}: {answer}")


def _changes_nothing(evidence: Evidence, command: Command, answer: Accepted) -> bool:
    state = _state(evidence, answer.ticket, answer.version)
    return isinstance(decide(state, command.type, command.data), Nothing)


def _explained(evidence: Evidence, command: Command, sent: float, answer: Refused, before: int | None = None) -> bool:
    """Say whether a state of the ticket, from what was known when it was sent to `before`, refuses the command so."""
    if command.ticket is None:
        return False
    since = evidence.acknowledged_before(command.ticket, sent)
    end = len(evidence.stored_states[command.ticket]) + 1 if before is None else before
    possible = (_state(evidence, command.ticket, version) for version in range(since, end))
    return any(decide(state, command.type, command.data) == No(answer.code) for state in possible)


def _state(evidence: Evidence, ticket: str, version: int) -> Json | None:
    states = evidence.stored_states[ticket]
    return states[version - 1] if 0 < version <= len(states) else None


def _errors(command: Command) -> Iterator[Violation]:
    for answer in command.refused:
        if answer.status >= 500 or answer.code == "unknown":
            yield Violation(Kind.SERVER_ERROR, command.key, f"{command.type}: {answer}")


def _name(event: Event) -> str:
    return f"{event.ticket}:{event.version}"
