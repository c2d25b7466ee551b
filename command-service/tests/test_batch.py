"""Many commands at once."""

from uuid import uuid4

import pytest

from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.bootstrap import Service, assemble, new_id, utc_now
from command_service.commands.add_agent_note import AddAgentNote
from command_service.commands.close_ticket import CloseTicket
from command_service.commands.create_ticket import CreateTicket
from command_service.domain.refusals import AlreadyClosed
from command_service.execution.batch import BatchHandler
from command_service.execution.handler import CommandHandler
from command_service.execution.recorder import Recorder
from command_service.execution.request import CommandRequest, Conflict, KeyInUse, Outcome
from command_service.ports import KeyTaken, NewEvent, Overloaded, StoreUnavailable, VersionTaken
from ticket_chassis.metrics import Metrics

CREATE = CreateTicket(customer_id="c", subject="s", message="m")
NOTE = AddAgentNote(note="n")


def service_on(store: MemoryEventStore) -> Service:
    return assemble(store, MemoryTextKeys(), Metrics("test"))


def a_life(ticket_id: str) -> list[CommandRequest]:
    commands = (CREATE, NOTE, CloseTicket(), NOTE)
    return [CommandRequest(ticket_id, command, key=f"{ticket_id}-{n}") for n, command in enumerate(commands)]


async def test_tickets_are_mixed_and_each_keeps_its_order() -> None:
    lives = [a_life(str(uuid4())) for _ in range(10)]
    mixed = [life[n] for n in range(4) for life in lives]
    store = MemoryEventStore()
    results = await service_on(store).batches.execute(mixed)
    for place, (request, result) in enumerate(zip(mixed, results, strict=True)):
        if place < 30:
            assert isinstance(result, Outcome)
            assert (result.ticket_id, result.version) == (request.ticket_id, place // 10 + 1)
        else:
            assert isinstance(result, AlreadyClosed)
    assert len(store.events) == 30


async def test_the_same_batch_again_changes_nothing_and_answers_the_same() -> None:
    life, store, keys = a_life(str(uuid4())), MemoryEventStore(), MemoryTextKeys()
    first = await assemble(store, keys, Metrics("one")).batches.execute(life[:3])
    # Another process, which knows nothing of the tickets.
    assert await assemble(store, keys, Metrics("two")).batches.execute(life[:3]) == first
    assert len(store.events) == 3


class GoesAway(MemoryEventStore):
    """The database goes away at the third event."""

    async def append(self, event: NewEvent) -> None:
        self.away = self.away or len(self.events) == 2
        await super().append(event)


async def test_a_database_that_goes_away_midway_fails_the_rest_one_by_one() -> None:
    results = await service_on(GoesAway()).batches.execute(a_life(str(uuid4())))
    assert [type(result) for result in results] == [Outcome, Outcome, StoreUnavailable, StoreUnavailable]


class Fails(MemoryEventStore):
    """The event of one command cannot be stored while it is failing; all others can."""

    def __init__(self, key: str | None, error: Exception) -> None:
        super().__init__()
        self.key, self.error, self.failing = key, error, True

    async def append(self, event: NewEvent) -> None:
        if self.failing and event.key == self.key:
            raise self.error
        await super().append(event)


@pytest.mark.parametrize(
    ("error", "failure"),
    [(Overloaded(), Overloaded), (VersionTaken(), Conflict), (KeyTaken(), KeyInUse)],
)
async def test_what_follows_an_undecided_command_of_the_ticket_is_not_tried(
    error: Exception, failure: type[Exception]
) -> None:
    sick, well = a_life(str(uuid4())), a_life(str(uuid4()))
    store = Fails(sick[1].key, error)
    handler = CommandHandler(store, Recorder(MemoryTextKeys(), utc_now, new_id), Metrics("test"), key_limit=0.05)
    batches = BatchHandler(store, handler)
    results = await batches.execute(sick + well)
    assert [type(result) for result in results[:4]] == [Outcome, failure, failure, failure]
    assert [type(result) for result in results[4:]] == [Outcome, Outcome, Outcome, AlreadyClosed]
    # Tried again, all of it comes in the order that was meant.
    store.failing = False
    again = await batches.execute(sick)
    assert [type(result) for result in again] == [Outcome, Outcome, Outcome, AlreadyClosed]
    assert [store.events[sick[0].ticket_id, version].key for version in (1, 2, 3)] == [each.key for each in sick[:3]]


async def test_nothing_tried_is_an_error_of_the_whole() -> None:
    store = MemoryEventStore()
    store.away = True
    with pytest.raises(StoreUnavailable):
        await service_on(store).batches.execute(a_life(str(uuid4())))
