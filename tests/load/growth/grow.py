"""More tickets of a shape: each is a state of the log, drawn at random and set into another week.

So the joint distribution of status, priority, channel, group, assignee, lengths, versions and times of day and week is
the log's own. Ids, customers and external ids are new: there are as many customers to a ticket as in the log.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.load.growth.shape import Shape, State
from ticket_contracts.events import Event
from ticket_contracts.partitioning import partition_of
from ticket_contracts.timeline import HistoryEntry
from ticket_contracts.views import TicketView

SEED = 7
BEFORE_THE_LOG = -1
"""The offset of what was there before the first message of the events topic."""

WEEKS = 52
HOUR_MS = 3_600_000
_TIMES = ("created_at", "updated_at", "resolved_at", "closed_at", "first_resolved_at")


@dataclass(frozen=True, slots=True)
class Grown:
    """A made-up ticket: its view, and what happened to it, with the times."""

    view: TicketView
    happened: list[tuple[type[Event], datetime]]


def grow(shape: Shape, count: int, seed: int = SEED) -> Iterator[Grown]:
    """Yield `count` tickets, the same ones for the same shape, count and seed."""
    rng = random.Random(seed)
    namesakes = -(-count // shape.tickets)
    for number in range(count):
        state = shape.states[rng.randrange(len(shape.states))]
        shift = timedelta(weeks=rng.randrange(WEEKS), milliseconds=rng.randrange(HOUR_MS))
        yield _shifted(state, shift, _uuid(rng), _uuid(rng), rng.randrange(namesakes), number)


def _shifted(state: State, shift: timedelta, ticket_id: str, event_id: str, namesake: int, number: int) -> Grown:
    view = dict(state.view.__dict__)
    for name in _TIMES:
        if view[name] is not None:
            view[name] += shift
    view |= {
        "id": ticket_id,
        "event_id": event_id,
        "external_id": f"{view['external_id']}-{number}",
        "customer_id": f"{view['customer_id']}-{namesake}",
        "recent": tuple(_entry(entry, shift) for entry in view["recent"]),
        "partition": partition_of(ticket_id),
        "offset": BEFORE_THE_LOG,
    }
    return Grown(TicketView.trusted(view), [(kind, at + shift) for kind, at in state.happened])


def _entry(entry: HistoryEntry, shift: timedelta) -> HistoryEntry:
    moved = {"occurred_at": entry.occurred_at + shift, "recorded_at": entry.recorded_at + shift}
    return HistoryEntry.trusted(entry.__dict__ | moved)


def _uuid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
