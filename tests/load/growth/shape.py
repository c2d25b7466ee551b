"""The shape of the real log: every state that each of its tickets went through, folded by the project's own rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from command_service.commands.catalogue import COMMANDS, decide
from command_service.domain.refusals import Refused
from command_service.domain.ticket import Ticket, evolve
from projector_service.domain.fold import fold
from projector_service.domain.messages import Fact, Received
from tests.load.incident_log import INCIDENTS
from ticket_client.incidents.log import History, read_log
from ticket_client.incidents.plan import Progress, plan
from ticket_contracts.events import Event
from ticket_contracts.views import TicketView

WHOLE_HISTORY = 100_000
_NO_EVENT = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class State:
    """A ticket as it stood after one of its events: its view, and what happened to it until then."""

    view: TicketView
    happened: Sequence[tuple[type[Event], datetime]]


@dataclass(frozen=True)
class Shape:
    """All states of all tickets of a log, and how many tickets they are of."""

    states: Sequence[State]
    tickets: int


def read_shape(path: Path = INCIDENTS, until: str | None = None) -> Shape:
    """Return the shape of the log in `path`; takes some seconds."""
    histories = read_log(path, until).histories
    return Shape([state for history in histories for state in _states(history)], len(histories))


def _states(history: History) -> list[State]:
    """Return the states of one ticket; commands that are refused or change nothing leave none."""
    ticket: Ticket | None = None
    view: TicketView | None = None
    happened: list[tuple[type[Event], datetime]] = []
    found = []
    for planned in plan(Progress(history), WHOLE_HISTORY):
        try:
            event = decide(ticket, COMMANDS[planned.type].model_validate(planned.data))
        except Refused:
            continue
        if event is None:
            continue
        ticket, at = evolve(ticket, event), datetime.fromisoformat(planned.at)
        view = fold(view, _fact(history.ticket_id, ticket.version, event, at))
        happened.append((type(event), at))
        found.append(State(view, happened[:]))
    return found


def _fact(ticket_id: str, version: int, event: Event, at: datetime) -> Fact:
    nowhere = Received(partition=0, offset=-1, key=None, value=None, timestamp=at)
    at = at.astimezone(UTC)
    return Fact(nowhere, ticket_id, version, _NO_EVENT, event, occurred_at=at, recorded_at=at)
