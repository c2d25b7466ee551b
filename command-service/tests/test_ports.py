"""One suite for everything that claims to be an event store or to hold text keys."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from command_service.adapters.checkpoints import EVERY
from command_service.adapters.event_store import MongoEventStore
from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.adapters.text_keys import MongoTextKeys
from command_service.bootstrap import new_id, utc_now
from command_service.domain.ticket import Ticket
from command_service.ports import EventStore, KeyTaken, NewEvent, Recorded, TextKeys, UnreadableTicket, VersionTaken
from ticket_chassis.metrics import Metrics
from ticket_contracts.envelope import Envelope
from ticket_contracts.events import Customer, TicketCreated, TicketPriorityChanged
from ticket_contracts.fields import Channel, Priority, Status
from ticket_contracts.text import SealedText

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
TEXT = SealedText(kid=str(UUID(int=1)), sealed="A" * 40)
CREATED = TicketCreated(
    customer=Customer(id="c"), subject=TEXT, message=TEXT, channel=Channel.WEB, priority=Priority.NORMAL
)
BOTH = [pytest.param("memory"), pytest.param("mongo", marks=pytest.mark.stack)]


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest) -> EventStore:
    if request.param == "memory":
        return MemoryEventStore()
    return MongoEventStore(request.getfixturevalue("own"), Metrics("test"))


@pytest.fixture(params=BOTH)
def keys(request: pytest.FixtureRequest) -> TextKeys:
    if request.param == "memory":
        return MemoryTextKeys()
    return MongoTextKeys(request.getfixturevalue("own"), utc_now)


def an_event(ticket_id: str, version: int, key: str | None = None) -> NewEvent:
    event = CREATED if version == 1 else TicketPriorityChanged(priority=Priority.LOW)
    event_id = new_id()
    envelope = Envelope(
        id=event_id,
        type=event.TYPE,
        subject=ticket_id,
        time=NOW,
        recordedtime=NOW,
        ticketversion=version,
        data=event.model_dump(mode="json"),
    )
    fingerprint = None if key is None else b"print of " + key.encode()
    text = envelope.encode().decode()
    return NewEvent(event_id, ticket_id, version, event.TYPE, at(version), NOW, NOW, "kid", key, fingerprint, text)


def at(version: int) -> Ticket:
    priority = Priority.NORMAL if version == 1 else Priority.LOW
    return Ticket(customer_id="c", priority=priority, tags=(), version=version)


async def test_a_ticket_is_what_its_events_make_it(store: EventStore) -> None:
    one, two = str(uuid4()), str(uuid4())
    for version in (1, 2, 3):
        await store.append(an_event(one, version))
    await store.append(an_event(two, 1))
    assert await store.load(one) == at(3)
    assert await store.load(two) == at(1)
    assert await store.load(str(uuid4())) is None


@pytest.mark.parametrize("length", [EVERY - 1, EVERY, EVERY + 1, 2 * EVERY - 1, 2 * EVERY])
async def test_a_long_ticket_is_what_its_events_make_it(store: EventStore, length: int) -> None:
    ticket = str(uuid4())
    for version in range(1, length + 1):
        await store.append(an_event(ticket, version))
    assert await store.load(ticket) == at(length)


async def test_a_version_is_given_once(store: EventStore) -> None:
    ticket = str(uuid4())
    await store.append(an_event(ticket, 1))
    with pytest.raises(VersionTaken):
        await store.append(an_event(ticket, 1))
    assert await store.load(ticket) == at(1)


async def test_a_key_is_used_once_across_tickets(store: EventStore) -> None:
    first, second = str(uuid4()), str(uuid4())
    await store.append(an_event(first, 1, "k"))
    with pytest.raises(KeyTaken):
        await store.append(an_event(second, 1, "k"))
    assert await store.load(second) is None
    recorded = Recorded(first, 1, Status.OPEN, "kid", b"print of k")
    assert await store.find_key("k") == recorded
    assert await store.find_key("other") is None
    assert await store.find_keys(["other", "k"]) == {"k": recorded}
    assert await store.find_keys([]) == {}


async def test_events_without_a_key_do_not_collide(store: EventStore) -> None:
    await asyncio.gather(*(store.append(an_event(str(uuid4()), 1)) for _ in range(20)))


async def test_each_of_many_at_once_has_an_outcome_of_its_own(store: EventStore) -> None:
    taken, ticket = str(uuid4()), str(uuid4())
    await store.append(an_event(taken, 1, "used"))
    good = [store.append(an_event(str(uuid4()), 1, f"k{n}")) for n in range(30)]
    bad = [store.append(an_event(taken, 1)), store.append(an_event(ticket, 1, "used"))]
    outcomes = await asyncio.gather(*good, *bad, return_exceptions=True)
    assert outcomes[:30] == [None] * 30
    assert [type(outcome) for outcome in outcomes[30:]] == [VersionTaken, KeyTaken]


async def test_of_equal_appends_at_once_one_wins(store: EventStore) -> None:
    ticket = str(uuid4())
    outcomes = await asyncio.gather(*(store.append(an_event(ticket, 1)) for _ in range(10)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + ["VersionTaken"] * 9


async def test_an_event_of_a_newer_release_concerns_its_ticket_alone(store: EventStore) -> None:
    one, two = str(uuid4()), str(uuid4())
    newer = an_event(one, 1)
    await store.append(replace(newer, envelope=newer.envelope.replace("TicketCreated.v2", "TicketPraised.v3")))
    await store.append(an_event(two, 1))
    outcomes = await asyncio.gather(*(store.load(ticket) for ticket in (one, two, one)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [UnreadableTicket, Ticket, UnreadableTicket]
    assert str(outcomes[0]) == "tickets.TicketPraised.v3"


async def test_a_customer_has_one_key_for_ever(keys: TextKeys) -> None:
    first = await keys.of_customer("c")
    assert await keys.of_customer("c") == first == await keys.by_id(first.kid)
    assert (await keys.of_customer("another")).key != first.key
    assert len(first.key) == 32


async def test_equal_customers_at_once_get_the_same_key(keys: TextKeys) -> None:
    found = await asyncio.gather(*(keys.of_customer(f"c{n % 3}") for n in range(30)))
    assert len({key.kid for key in found}) == 3


async def test_an_unknown_key_is_an_error(keys: TextKeys) -> None:
    with pytest.raises(LookupError):
        await keys.by_id(str(uuid4()))


async def test_keys_are_found_in_the_order_asked(keys: TextKeys) -> None:
    one, two = await keys.of_customer("c1"), await keys.of_customer("c2")
    assert list(await keys.by_ids([two.kid, one.kid])) == [two, one]
    with pytest.raises(LookupError):
        await keys.by_ids([one.kid, str(uuid4())])
