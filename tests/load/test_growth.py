"""Made-up tickets have the real log's shape, are the same for the same seed, and are what their counters count."""

from collections import Counter
from datetime import date

import pytest

from projector_service.domain.counters import Counters
from tests.load.growth.baseline import document
from tests.load.growth.commands import histories
from tests.load.growth.grow import Grown, grow
from tests.load.growth.shape import Shape, read_shape
from tests.load.growth.topics import count_ticket
from tests.load.incident_log import INCIDENTS
from ticket_client.incidents.log import read_log
from ticket_contracts.events import TicketCreated, TicketResolved
from ticket_contracts.partitioning import PARTITIONS, partition_of
from ticket_contracts.views import VIEW_RECORD

COUNT = 3_000


@pytest.fixture(scope="module")
def shape() -> Shape:
    """Return the shape of the log's first month."""
    return read_shape(until="2016-04-01T00:00:00Z")


@pytest.fixture(scope="module")
def tickets(shape: Shape) -> list[Grown]:
    """Return tickets of that shape."""
    return list(grow(shape, COUNT))


def test_the_same_seed_gives_the_same_tickets_and_another_one_others(shape: Shape, tickets: list[Grown]) -> None:
    assert list(grow(shape, COUNT)) == tickets
    assert next(grow(shape, COUNT, seed=8)) != tickets[0]
    assert len({ticket.view.id for ticket in tickets}) == len({t.view.external_id for t in tickets}) == COUNT


def test_statuses_are_as_frequent_as_in_the_log(shape: Shape, tickets: list[Grown]) -> None:
    real = Counter(state.view.status for state in shape.states)
    grown = Counter(ticket.view.status for ticket in tickets)
    for status, count in real.items():
        assert grown[status] / COUNT == pytest.approx(count / len(shape.states), abs=0.03)


def test_a_ticket_keeps_its_times_of_day_apart_and_is_a_valid_view(shape: Shape, tickets: list[Grown]) -> None:
    spans = {state.view.updated_at - state.view.created_at for state in shape.states}
    for ticket in tickets[:200]:
        view = VIEW_RECORD.validate_json(ticket.view.model_dump_json())
        assert view.partition == partition_of(view.id)
        assert ticket.view.updated_at - ticket.view.created_at in spans
        assert [at for _, at in ticket.happened][-1] == ticket.view.updated_at


def test_counters_count_what_is_there(tickets: list[Grown]) -> None:
    counters = [Counters(partition) for partition in range(PARTITIONS)]
    for ticket in tickets:
        count_ticket(counters[ticket.view.partition], ticket)
    records = [each.record() for each in counters]
    assert sum(record.total for record in records) == COUNT
    statuses: Counter[str] = Counter()
    resolved: Counter[date] = Counter()
    for record in records:
        statuses.update(record.by_status)
        resolved.update({row.day: row.resolved for row in record.daily})
    assert statuses == Counter(ticket.view.status for ticket in tickets)
    happened = [(kind, at.date()) for ticket in tickets for kind, at in ticket.happened]
    assert +resolved == Counter(day for kind, day in happened if kind is TicketResolved)
    assert sum(row.created for record in records for row in record.daily) == COUNT
    assert sum(kind is TicketCreated for kind, _ in happened) == COUNT


def test_as_commands_each_ticket_is_created_first_and_moves_on_in_its_order() -> None:
    real = read_log(INCIDENTS, "2016-03-05T00:00:00Z").histories
    tickets = list(histories(real, 50))
    assert tickets == list(histories(real, 50))
    assert len({commands[0]["ticket_id"] for commands in tickets}) == 50
    for commands in tickets:
        assert [each["type"] == "CreateTicket" for each in commands] == [True] + [False] * (len(commands) - 1)
        assert len({each["key"] for each in commands}) == len(commands)
        assert len({each["ticket_id"] for each in commands}) == 1


def test_the_baseline_gets_the_same_fields(tickets: list[Grown]) -> None:
    made = document(tickets[0])
    assert made["_id"] == tickets[0].view.id
    assert made["status"] == tickets[0].view.status
    assert "partition" not in made
