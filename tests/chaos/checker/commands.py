"""By key: an acknowledged command is there once and everywhere, a refused one nowhere, a timed-out one all or none."""

from collections.abc import Iterator
from functools import partial

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.fold import without_nulls
from tests.chaos.checker.places import missing_in
from tests.chaos.checker.rules import Emits, No, Nothing, decide
from tests.chaos.checker.state import Event, Json
from tests.chaos.checker.violations import Kind, Violation
from tests.chaos.history import Accepted, Command, Fate, Refused


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
    elif command.refused or len(set(command.accepted)) > 1:
        answers = [str(attempt.answer) for attempt in command.attempts]
        yield Violation(Kind.TWO_ANSWERS, command.key, "; ".join(answers))
    states = evidence.stored_states[event.ticket]
    if event.version <= len(states):
        status = str(states[event.version - 1]["status"])
        if any(answer != Accepted(event.ticket, event.version, status) for answer in command.accepted):
            yield Violation(Kind.WRONG_ANSWER, command.key, f"{command.accepted[0]}, stored as {_name(event)}")
        yield from _asked_for(command, event, states[event.version - 2] if event.version > 1 else None)
    before = evidence.acknowledged_before(event.ticket, command.sent)
    if before >= event.version:
        yield Violation(Kind.PAST_ACCEPTED, command.key, f"{_name(event)}, though {before} was acknowledged before")


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
            state = _state(evidence, answer.ticket, answer.version)
            known = evidence.acknowledged_before(answer.ticket, command.sent)
            if answer.version < known or not isinstance(decide(state, command.type, command.data), Nothing):
                yield Violation(Kind.LOST, command.key, f"{answer} and no event in the store")
        elif isinstance(answer, Refused) and not _explained(evidence, command, attempt.sent, answer):
            yield Violation(Kind.WRONG_REFUSAL, command.key, f"{command.type} on {command.ticket}: {answer}")


def _explained(evidence: Evidence, command: Command, sent: float, answer: Refused) -> bool:
    if command.ticket is None:
        return False
    since = evidence.acknowledged_before(command.ticket, sent)
    last = len(evidence.stored_states[command.ticket])
    possible = (_state(evidence, command.ticket, version) for version in range(since, last + 1))
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
