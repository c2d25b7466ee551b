"""One suite for everything that claims to be the projector's database, its keys or its log."""

from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from projector_service.adapters.memory import MemoryLog, MemoryReadStore, MemoryTextKeys
from projector_service.adapters.mongo_store import MongoReadStore
from projector_service.domain.counters import Counters
from projector_service.domain.messages import Received
from projector_service.domain.tickets import Ticket
from projector_service.ports import START, NotOurs, Position, ReadStore
from projector_service.projections.effects import BatchPlan
from tests.support.projector import created, envelope, ids_in_partition, new_id
from tests.support.projector_in_memory import ProjectorInMemory, as_record
from ticket_contracts.control import Drop, Redrive, control_message
from ticket_contracts.fields import Status
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import TextKey

NOW = datetime(2024, 5, 1, tzinfo=UTC)
HERE = 3


@pytest.fixture(params=["memory", pytest.param("mongodb", marks=pytest.mark.stack)])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[ReadStore]:
    if request.param == "memory":
        yield MemoryReadStore()
        return
    uri, name = request.getfixturevalue("mongo_uri"), request.getfixturevalue("mongo_database")
    client: AsyncMongoClient[dict[str, Any]]
    async with AsyncMongoClient(uri, tz_aware=True) as client:
        real = MongoReadStore(client, client[name])
        await real.prepare()
        yield real


async def test_positions_only_move_forwards(store: ReadStore) -> None:
    await store.save_positions({1: Position(5, "five"), 2: Position(0, "zero")})
    await store.save_positions({1: Position(4, "four"), 2: Position(7, "seven")})
    assert await store.positions([1, 2, 3]) == {1: Position(5, "five"), 2: Position(7, "seven"), 3: START}


async def test_what_a_batch_did_is_there(store: ReadStore) -> None:
    one, two = ids_in_partition(HERE, 2)
    first, second = created(one), envelope(one, 2, "TicketClosed")
    await ProjectorInMemory(store).take_events(first, second, created(two))
    found = await store.tickets([one, two, new_id()])
    assert {ticket_id: ticket.stored_as for ticket_id, ticket in found.items()} == {one: (2, 1), two: (1, 2)}
    view = found[one].view
    assert view is not None
    assert (view.status, found[one].parking) == ("closed", None)
    counters = (await store.counters([HERE, 4]))[HERE]
    assert (counters.offset, counters.total, counters.status[Status.CLOSED]) == (2, 2, 1)
    assert (await store.counters([4]))[4].offset == -1
    ids = await store.event_ids([(one, 1), (one, 2), (one, 3)])
    assert ids == {(one, 1): first.id, (one, 2): second.id}
    assert [(entry.version, entry.event_id) for entry in await store.entries({one: 1})] == [(2, second.id)]
    assert await store.entries({}) == []


async def test_what_waits_is_there_until_it_is_done(store: ReadStore) -> None:
    ticket = new_id()
    projector = ProjectorInMemory(store)
    await projector.take_events(created(ticket), envelope(ticket, 3, "TicketClosed"), envelope(ticket, 4, "Unknown"))
    assert [received.offset for received in (await store.parked([ticket, new_id()]))[ticket]] == [1, 2]
    assert await store.waiting() == 2
    parking = (await store.tickets([ticket]))[ticket].parking
    assert parking is not None
    assert (parking.fault, parking.missing) == ("gap", 2)
    await projector.take_events(envelope(ticket, 2, "TicketResolved"))
    assert [received.offset for received in (await store.parked([ticket]))[ticket]] == [2]


async def test_who_waited_for_nothing_is_free_again(store: ReadStore) -> None:
    ticket = new_id()
    projector = ProjectorInMemory(store)
    await projector.take_events(created(ticket), envelope(ticket, 3, "TicketClosed"))
    await projector.take_events(envelope(ticket, 2, "TicketResolved"))
    assert (await store.waiting(), await store.parked([ticket])) == (0, {})
    assert (await store.tickets([ticket]))[ticket].parking is None


async def test_who_was_never_born_is_parked_without_a_view(store: ReadStore) -> None:
    ticket = new_id()
    projector = ProjectorInMemory(store)
    await projector.take_events(envelope(ticket, 2, "TicketClosed"))
    await projector.take([as_record(control_message(Redrive(operator="ann"), ticket, new_id(), NOW))])
    found = (await store.tickets([ticket]))[ticket]
    assert found.view is None
    assert found.parking is not None
    assert (found.parking.offset, found.stored_as, found.marked_at) == (0, (0, 1), 1)


async def test_who_was_never_born_and_of_whom_nothing_waits_is_parked_for_that(store: ReadStore) -> None:
    ticket = new_id()
    projector = ProjectorInMemory(store)
    await projector.take_events(envelope(ticket, 2, "TicketClosed"))
    drop, again = Drop(operator="ann", reason="lost", offset=0), Redrive(operator="ann")
    for request in (drop, again):
        await projector.take([as_record(control_message(request, ticket, new_id(), NOW))])
    found = (await store.tickets([ticket]))[ticket]
    assert found.parking is not None
    assert (found.parking.fault, found.parking.offset, found.stored_as) == ("dropped", 2, (0, 2))


@pytest.mark.parametrize("moved", ["counters", "ticket"])
async def test_a_batch_that_rests_on_something_else_changes_nothing(store: ReadStore, moved: str) -> None:
    ticket, other = ids_in_partition(HERE, 2)
    await ProjectorInMemory(store).take_events(created(ticket))
    ours = (await store.tickets([ticket]))[ticket]
    counters = (await store.counters([HERE]))[HERE]
    counters.offset, counters.total = 1, 7
    stale = ours if moved == "counters" else Ticket(ours.id, ours.partition, ours.view, None, (9, 9))
    before = -1 if moved == "counters" else 0
    plan = BatchPlan({HERE: counters}, {HERE: before}, {ticket: stale, other: Ticket(other, HERE)}, {ticket})
    with pytest.raises(NotOurs):
        await store.commit(plan)
    assert (await store.counters([HERE]))[HERE].total == 1
    assert (await store.tickets([ticket]))[ticket].stored_as == (1, 0)


async def test_a_batch_without_effect_is_none(store: ReadStore) -> None:
    await store.commit(BatchPlan({HERE: Counters(HERE)}, {HERE: -1}, {}))
    assert (await store.counters([HERE]))[HERE].offset == -1


def test_of_a_key_the_highest_version_holds() -> None:
    # KafkaTextKeys, which is a topic's reader besides, has the same cases on a real topic in test_text_keys.py.
    assert key_of(1, 2) is None
    assert key_of(2, 1) is None
    assert key_of(1) == b"k" * 32


def key_of(*versions: int) -> bytes | None:
    """Return what is known of a key after some versions of it were heard; from the second on it is forgotten."""
    keys, kid = MemoryTextKeys(), new_id()
    for version in versions:
        text = None if version > 1 else b64encode(b"k" * 32).decode()
        keys.take(TextKey(kid=kid, version=version, key=text, created_at=NOW).model_dump_json().encode())
    keys.take(b"garbage")
    return keys._keys[kid][1]


async def test_the_log_ends_behind_its_last_record() -> None:
    ticket = new_id()
    log, here = MemoryLog(), partition_of(ticket)
    log.append(Received(here, 0, ticket.encode(), b"{}", NOW))
    assert await log.ends([here]) == {here: 1}
    with pytest.raises(ValueError, match="goes on at 1"):
        log.append(Received(here, 2, ticket.encode(), b"{}", NOW))
