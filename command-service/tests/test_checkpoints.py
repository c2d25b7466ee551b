"""A ticket of many events is replayed from its last checkpoint, and from all of them where it has none to go by."""

import asyncio
from dataclasses import fields
from uuid import uuid4

import pytest
from pydantic import TypeAdapter
from pymongo.asynchronous.database import AsyncDatabase

from command_service.adapters.checkpoints import EVERY, FORM, checkpoint_of, checkpointed
from command_service.adapters.event_store import MongoEventStore
from command_service.adapters.text_keys import MongoTextKeys
from command_service.bootstrap import assemble, utc_now
from command_service.commands.add_agent_note import AddAgentNote
from command_service.commands.assign_ticket import AssignTicket
from command_service.commands.change_tags import ChangeTags
from command_service.commands.create_ticket import CreateTicket
from command_service.commands.update_status import UpdateStatus
from command_service.domain.ticket import Ticket
from command_service.execution.request import CommandRequest
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import Document
from ticket_contracts.fields import Priority, Status, WaitingReason

CREATE = CreateTicket(customer_id="c", subject="s", message="m")
MANY = 2 * EVERY + 5
FULL = Ticket(
    customer_id="c",
    priority=Priority.URGENT,
    tags=("a", "b"),
    status=Status.WAITING,
    waiting_reason=WaitingReason.VENDOR,
    group="a.b",
    assignee="$x",
    reopen_count=3,
    version=EVERY,
)


def store_on(own: AsyncDatabase[Document]) -> MongoEventStore:
    return MongoEventStore(own, Metrics("test"))


async def a_long_ticket(own: AsyncDatabase[Document]) -> tuple[str, Ticket]:
    """Store one, and return its id and what it is."""
    metrics, ticket_id = Metrics("long"), str(uuid4())
    handler = assemble(MongoEventStore(own, metrics), MongoTextKeys(own, utc_now), metrics).handler
    changes = [
        ChangeTags(add=["slow"]),
        AssignTicket(group="g", assignee=None),
        UpdateStatus(status=Status.WAITING, waiting_reason=WaitingReason.VENDOR),
    ]
    for command in (CREATE, *changes, *(AddAgentNote(note=str(n)) for n in range(MANY - 4))):
        await handler.execute(CommandRequest(ticket_id, command))
    expected = Ticket(
        customer_id="c",
        priority=Priority.NORMAL,
        tags=("slow",),
        status=Status.WAITING,
        waiting_reason=WaitingReason.VENDOR,
        group="g",
        version=MANY,
    )
    return ticket_id, expected


def test_what_was_kept_comes_back_whole() -> None:
    assert all(getattr(FULL, field.name) != field.default for field in fields(Ticket))
    kept = checkpoint_of(FULL)
    assert kept is not None
    assert checkpointed(kept) == FULL


def test_one_of_another_form_is_left_unread() -> None:
    kept = checkpoint_of(FULL)
    assert kept is not None
    assert checkpointed(kept | {"form": FORM + 1}) is None
    assert checkpointed(None) is None


def test_whoever_changes_the_ticket_raises_the_form() -> None:
    names = sorted(TypeAdapter(Ticket).json_schema()["properties"])
    assert (FORM, names) == (
        1,
        ["assignee", "customer_id", "group", "priority", "reopen_count", "status", "tags", "version", "waiting_reason"],
    )


@pytest.mark.stack
async def test_what_lies_between_the_beginning_and_the_last_checkpoint_is_not_read(
    own: AsyncDatabase[Document],
) -> None:
    ticket_id, expected = await a_long_ticket(own)
    between = {"ticket_id": ticket_id, "version": {"$gt": EVERY, "$lte": 2 * EVERY}}
    assert (await own["events"].update_many(between, {"$set": {"envelope": "not read"}})).modified_count == EVERY
    assert await store_on(own).load(ticket_id) == expected


@pytest.mark.stack
@pytest.mark.parametrize("page", [50, 52, 500])
async def test_without_checkpoints_all_is_replayed_page_by_page(
    own: AsyncDatabase[Document], monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    """As what an earlier release stored; a page may end where the ticket does."""
    monkeypatch.setattr("command_service.adapters.stored_tickets.PAGE", page)
    ticket_id, expected = await a_long_ticket(own)
    await own["events"].update_many({}, {"$unset": {"checkpoint": True}})
    assert await store_on(own).load(ticket_id) == expected


@pytest.mark.stack
async def test_of_another_form_all_is_replayed(own: AsyncDatabase[Document]) -> None:
    ticket_id, expected = await a_long_ticket(own)
    wrong = {"checkpoint.form": FORM + 1, "checkpoint.ticket.status": Status.CLOSED.value}
    await own["events"].update_many({"checkpoint": {"$exists": True}}, {"$set": wrong})
    assert await store_on(own).load(ticket_id) == expected


@pytest.mark.stack
async def test_nobody_waits_for_another_ones_long_ticket(own: AsyncDatabase[Document]) -> None:
    long, expected = await a_long_ticket(own)
    store, others, go_on = store_on(own), [str(uuid4()) for _ in range(3)], asyncio.Event()
    at_its_end = store._tickets._to_its_end

    async def held(ticket_id: str, ticket: Ticket) -> Ticket:
        await go_on.wait()
        return await at_its_end(ticket_id, ticket)

    store._tickets._to_its_end = held  # type: ignore[method-assign]
    loading = asyncio.create_task(store.load(long))
    async with asyncio.timeout(10):
        assert await asyncio.gather(*map(store.load, others)) == [None] * 3
    assert not loading.done()
    go_on.set()
    assert await loading == expected
