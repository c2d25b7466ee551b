"""Replay, decide, append, answer: on the store in memory."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.bootstrap import assemble, new_id
from command_service.commands.add_agent_note import AddAgentNote
from command_service.commands.assign_ticket import AssignTicket
from command_service.commands.change_priority import ChangePriority
from command_service.commands.close_ticket import CloseTicket
from command_service.commands.create_ticket import CreateTicket
from command_service.commands.update_status import UpdateStatus
from command_service.domain.refusals import AlreadyClosed, TicketExists, TicketNotFound
from command_service.execution.handler import CommandHandler
from command_service.execution.recorder import Recorder
from command_service.execution.request import CommandRequest, Conflict, KeyInUse, KeyReused, VersionMismatch
from command_service.ports import KeyTaken, NewEvent, Overloaded, StoreUnavailable, VersionTaken
from ticket_chassis.metrics import Metrics
from ticket_contracts.fields import Priority, Status

CREATE = CreateTicket(customer_id="c", subject="s", message="m")
URGENT = ChangePriority(priority=Priority.URGENT)
ID = str(uuid4())


def handler_on(store: MemoryEventStore, key_limit: float = 5.0) -> CommandHandler:
    recorder = Recorder(MemoryTextKeys(), lambda: datetime.now(UTC), new_id)
    return CommandHandler(store, recorder, Metrics("test"), key_limit)


@pytest.fixture
def store() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture
def handler(store: MemoryEventStore) -> CommandHandler:
    return handler_on(store)


async def test_each_change_is_the_next_version(handler: CommandHandler, store: MemoryEventStore) -> None:
    assert (await handler.execute(CommandRequest(ID, CREATE))).token == f"{ID}:1"
    outcome = await handler.execute(CommandRequest(ID, CloseTicket()))
    assert (outcome.version, outcome.status) == (2, Status.CLOSED)
    assert [version for _, version in store.events] == [1, 2]


async def test_nothing_to_change_stores_nothing(handler: CommandHandler, store: MemoryEventStore) -> None:
    await handler.execute(CommandRequest(ID, CREATE))
    outcome = await handler.execute(CommandRequest(ID, AssignTicket(group=None, assignee=None), key="k"))
    assert outcome.version == len(store.events) == 1
    assert await store.find_key("k") is None


async def test_refusals_store_nothing(handler: CommandHandler, store: MemoryEventStore) -> None:
    with pytest.raises(TicketNotFound):
        await handler.execute(CommandRequest(ID, URGENT))
    await handler.execute(CommandRequest(ID, CREATE))
    with pytest.raises(TicketExists):
        await handler.execute(CommandRequest(ID, CREATE))
    with pytest.raises(VersionMismatch):
        await handler.execute(CommandRequest(ID, URGENT, if_match=frozenset({2})))
    assert len(store.events) == 1


async def test_a_replay_gives_the_first_answer_whatever_came_after(handler: CommandHandler) -> None:
    first = await handler.execute(CommandRequest(ID, CREATE, key="create"))
    changed = await handler.execute(CommandRequest(ID, URGENT, key="urgent", if_match=frozenset({1})))
    await handler.execute(CommandRequest(ID, CloseTicket(), key="close"))
    assert await handler.execute(CommandRequest(ID, CREATE, key="create")) == first
    # If-Match no longer holds and the ticket is closed: still the first answer.
    assert await handler.execute(CommandRequest(ID, URGENT, key="urgent", if_match=frozenset({1}))) == changed
    assert (await handler.execute(CommandRequest(ID, CloseTicket(), key="close"))).status is Status.CLOSED


async def test_a_key_is_good_for_one_payload(handler: CommandHandler) -> None:
    await handler.execute(CommandRequest(ID, CREATE, key="k"))
    other = CreateTicket(customer_id="c", subject="s", message="another")
    for request in (
        CommandRequest(ID, other, key="k"),
        CommandRequest(ID, CREATE, key="k", occurred_at=datetime(2016, 2, 29, tzinfo=UTC)),
        CommandRequest(str(uuid4()), CREATE, key="k"),
        CommandRequest(ID, URGENT, key="k"),
    ):
        with pytest.raises(KeyReused):
            await handler.execute(request)


def test_the_payload_of_a_creation_is_what_it_was_before_contacts_could_be_given() -> None:
    # Fingerprints of it are stored for ever: a retry that comes after a deployment must find its first answer.
    said = b'{"customer_id":"c","subject":"s","message":"m","priority":"normal","channel":"web","tags":[],'
    said += b'"external_id":null'
    assert CommandRequest(ID, CREATE, ticket_is_new=True).payload() == b"CreateTicket\n\n\n" + said + b"}"
    reachable = CREATE.model_copy(update={"customer_contact": "c@example.org"})
    assert CommandRequest(ID, reachable).payload().endswith(said + b',"customer_contact":"c@example.org"}')


async def test_a_new_tickets_id_is_not_part_of_its_payload(handler: CommandHandler, store: MemoryEventStore) -> None:
    first = await handler.execute(CommandRequest(ID, CREATE, key="k", ticket_is_new=True))
    assert await handler.execute(CommandRequest(str(uuid4()), CREATE, key="k", ticket_is_new=True)) == first
    assert len(store.events) == 1


async def test_equal_keys_at_the_same_time_are_one_event(handler: CommandHandler, store: MemoryEventStore) -> None:
    requests = [CommandRequest(str(uuid4()), CREATE, key="k", ticket_is_new=True) for _ in range(20)]
    outcomes = await asyncio.gather(*map(handler.execute, requests))
    assert len(set(outcomes)) == len(store.events) == 1


async def test_a_refused_command_is_decided_anew_when_it_comes_again(handler: CommandHandler) -> None:
    with pytest.raises(TicketNotFound):
        await handler.execute(CommandRequest(ID, URGENT, key="k"))
    await handler.execute(CommandRequest(ID, CREATE))
    assert (await handler.execute(CommandRequest(ID, URGENT, key="k"))).version == 2


async def test_what_another_instance_stored_is_noticed(store: MemoryEventStore) -> None:
    keys = MemoryTextKeys()
    one, two = (assemble(store, keys, Metrics(name)).handler for name in ("one", "two"))
    await one.execute(CommandRequest(ID, CREATE))
    await two.execute(CommandRequest(ID, URGENT))
    # `one` still believes in version 1: its append, its refusal and its "nothing to do" must all be checked.
    assert (await one.execute(CommandRequest(ID, AddAgentNote(note="n")))).version == 3
    await two.execute(CommandRequest(ID, UpdateStatus(status=Status.TRIAGED)))
    assert (await one.execute(CommandRequest(ID, UpdateStatus(status=Status.OPEN)))).version == 5
    await two.execute(CommandRequest(ID, AddAgentNote(note="n")))
    assert (await one.execute(CommandRequest(ID, AddAgentNote(note="n"), if_match=frozenset({6})))).version == 7
    await two.execute(CommandRequest(ID, CloseTicket()))
    with pytest.raises(AlreadyClosed):
        await one.execute(CommandRequest(ID, URGENT))


class AlwaysLate(MemoryEventStore):
    """Somebody else is always faster."""

    async def append(self, event: NewEvent) -> None:
        if event.version > 1:
            raise VersionTaken
        await super().append(event)


async def test_the_race_is_given_up_in_the_end() -> None:
    handler = handler_on(AlwaysLate())
    await handler.execute(CommandRequest(ID, CREATE))
    with pytest.raises(Conflict):
        await handler.execute(CommandRequest(ID, URGENT))


class LostAnswer(MemoryEventStore):
    """Stores the second event, and loses the answer."""

    async def append(self, event: NewEvent) -> None:
        await super().append(event)
        if event.version == 2:
            raise StoreUnavailable


async def test_after_a_lost_answer_the_retry_finds_what_was_stored() -> None:
    store = LostAnswer()
    handler = handler_on(store)
    await handler.execute(CommandRequest(ID, CREATE))
    with pytest.raises(StoreUnavailable):
        await handler.execute(CommandRequest(ID, URGENT, key="k"))
    assert (await handler.execute(CommandRequest(ID, URGENT, key="k"))).version == len(store.events) == 2


class Undecided(MemoryEventStore):
    """Holds back every append until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def append(self, event: NewEvent) -> None:
        await self.go.wait()
        await super().append(event)


async def test_a_key_that_stays_undecided_is_in_use() -> None:
    store = Undecided()
    handler = handler_on(store, key_limit=0.05)
    first = asyncio.create_task(handler.execute(CommandRequest(ID, CREATE, key="k", ticket_is_new=True)))
    with pytest.raises(KeyInUse):
        await asyncio.gather(handler.execute(CommandRequest(str(uuid4()), CREATE, key="k", ticket_is_new=True)))
    store.go.set()
    assert (await first).version == 1


async def test_a_turn_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("command_service.execution.handler.TURN_LIMIT", 0.05)
    store = Undecided()
    handler = handler_on(store)
    first = asyncio.create_task(handler.execute(CommandRequest(ID, CREATE)))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await handler.execute(CommandRequest(ID, URGENT))
    store.go.set()
    assert (await first).version == 1
    assert (await handler.execute(CommandRequest(ID, URGENT))).version == 2


class NotYetDurable(MemoryEventStore):
    """Says that a key is taken, and cannot say yet by whom."""

    async def append(self, event: NewEvent) -> None:
        raise KeyTaken


async def test_a_taken_key_whose_event_is_not_durable_is_in_use() -> None:
    with pytest.raises(KeyInUse):
        await handler_on(NotYetDurable(), key_limit=0.05).execute(CommandRequest(ID, CREATE, key="k"))


async def test_commands_of_one_ticket_take_turns(handler: CommandHandler, store: MemoryEventStore) -> None:
    await handler.execute(CommandRequest(ID, CREATE))
    notes = [CommandRequest(ID, AddAgentNote(note=str(n))) for n in range(50)]
    outcomes = await asyncio.gather(*map(handler.execute, notes))
    assert [outcome.version for outcome in outcomes] == list(range(2, 52))
    assert not len(handler._tickets)
    assert not len(handler._keys)
