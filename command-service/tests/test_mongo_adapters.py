"""What only the MongoDB adapters promise."""

import asyncio
import traceback
from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from command_service.adapters import resolutions
from command_service.adapters.event_store import MongoEventStore, make_indexes
from command_service.adapters.resolutions import MongoResolutions
from command_service.adapters.text_keys import MongoTextKeys
from command_service.bootstrap import Service, assemble, utc_now
from command_service.commands.add_agent_note import AddAgentNote
from command_service.commands.command import Command
from command_service.commands.create_ticket import CreateTicket
from command_service.commands.reopen_ticket import ReopenTicket
from command_service.commands.resolve_ticket import ResolveTicket
from command_service.execution.auto_close import AutoClose
from command_service.execution.request import CommandRequest
from command_service.ports import ResolvedTicket, StoreUnavailable
from command_service.settings import CommandSettings
from tests.support.database_calls import Calls
from ticket_chassis.metrics import Metrics
from ticket_chassis.mongo import Document, connect, database
from ticket_contracts.events import AgentNoteAdded, TicketClosed, TicketResolved
from ticket_contracts.fields import Status

CREATE = CreateTicket(customer_id="c", subject="s", message="m")


def service_on(own: AsyncDatabase[Document]) -> Service:
    metrics = Metrics("test")
    return assemble(MongoEventStore(own, metrics), MongoTextKeys(own, utc_now), metrics)


async def carry_out(service: Service, ticket_id: str, days_ago: int, *commands: Command) -> None:
    occurred_at = utc_now() - timedelta(days=days_ago)
    for command in commands:
        await service.handler.execute(CommandRequest(ticket_id, command, occurred_at=occurred_at))


@pytest.mark.stack
async def test_two_instances_make_one_key_per_customer(own: AsyncDatabase[Document]) -> None:
    one, two = MongoTextKeys(own, utc_now), MongoTextKeys(own, utc_now)
    found = await asyncio.gather(*(keys.of_customer(f"c{n}") for n in range(20) for keys in (one, two)))
    assert [key.kid for key in found[::2]] == [key.kid for key in found[1::2]]


@pytest.mark.stack
@pytest.mark.parametrize("name", ["text_keys", "events"])
async def test_a_refused_write_is_told_without_what_was_to_be_written(own: AsyncDatabase[Document], name: str) -> None:
    await own.create_collection(name, validator={"never": True})
    ticket, customer = str(uuid4()), str(uuid4())
    create = CreateTicket(customer_id=customer, subject="s", message="m")
    with pytest.raises(StoreUnavailable) as refusal:
        await service_on(own).handler.execute(CommandRequest(ticket, create))
    told = "".join(traceback.format_exception(refusal.value))
    assert "121" in told
    assert ticket not in told
    assert customer not in told


@pytest.mark.stack
async def test_concurrent_appends_share_round_trips(own: AsyncDatabase[Document]) -> None:
    service = service_on(own)
    requests = [CommandRequest(str(uuid4()), CREATE, key=f"k{n}") for n in range(200)]
    await service.batches.execute(requests)
    assert await own["events"].count_documents({}) == 200
    commits = service.metrics.registry.get_sample_value("tickets_test_append_seconds_count")
    assert commits is not None
    assert commits < 20


@pytest.mark.stack
async def test_auto_close_comes_to_the_end_of_a_long_history_within_the_limit_of_each_call(
    own: AsyncDatabase[Document], mongo_settings: CommandSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, last = service_on(own), str(uuid4())
    await carry_out(service, last, 7, CREATE, ResolveTicket())
    long_ago = utc_now() - timedelta(days=700)
    for _ in range(4):
        rows = [
            {"_id": str(uuid4()), "ticket_id": ticket, "version": version, "type": kind, "status": status}
            for ticket in (str(uuid4()) for _ in range(5_000))
            for version, kind, status in ((2, TicketResolved.TYPE, "resolved"), (3, TicketClosed.TYPE, "closed"))
        ]
        await own["events"].insert_many([row | {"occurred_at": long_ago} for row in rows])
    monkeypatch.setattr("ticket_chassis.mongo.CALL_LIMIT_MS", 400)
    async with connect(mongo_settings) as client:
        old = MongoResolutions(database(client, mongo_settings)).before(utc_now() - timedelta(days=5))
        found = [ticket.ticket_id async for ticket in old]
    assert found == [last]


@pytest.mark.stack
async def test_old_resolutions_are_read_in_pieces_however_many_are_of_one_time(
    own: AsyncDatabase[Document], mongo_settings: CommandSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server counts the time limit of a query for all its answers together: one for all would end in the midst.
    monkeypatch.setattr(resolutions, "PIECE", 4)
    tickets = [str(uuid4()) for _ in range(30)]
    days_ago = [*range(409, 400, -1), *[395] * 11, *range(385, 380, -1), *[370] * 5]
    now = utc_now()
    shape = {"version": 2, "type": TicketResolved.TYPE, "status": "resolved"}
    rows = [
        shape | {"_id": str(uuid4()), "ticket_id": ticket, "occurred_at": now - timedelta(days)}
        for ticket, days in zip(tickets, days_ago, strict=True)
    ]
    await make_indexes(own["events"])
    await own["events"].insert_many(rows)
    calls = Calls()
    async with AsyncMongoClient[Document](
        mongo_settings.mongo_uri.get_secret_value(), event_listeners=[calls]
    ) as client:
        old = MongoResolutions(database(client, mongo_settings)).before(now - timedelta(days=5))
        found = [ticket.ticket_id async for ticket in old]
    assert sorted(found) == sorted(tickets)
    assert "getMore" not in calls.names
    assert calls.names.count("find") == 9


@pytest.mark.stack
async def test_auto_close_takes_only_what_is_still_resolved(own: AsyncDatabase[Document]) -> None:
    service = service_on(own)
    old, young, reopened, noted, again = (str(uuid4()) for _ in range(5))
    await carry_out(service, old, 10, CREATE, ResolveTicket())
    await carry_out(service, young, 1, CREATE, ResolveTicket())
    await carry_out(service, reopened, 10, CREATE, ResolveTicket(), ReopenTicket())
    await carry_out(service, noted, 10, CREATE, ResolveTicket(), AddAgentNote(note="n"))
    await carry_out(service, again, 10, CREATE, ResolveTicket(), ReopenTicket())
    await carry_out(service, again, 1, ResolveTicket())

    auto_close = AutoClose(MongoResolutions(own), service.handler, timedelta(days=5), utc_now)
    assert await auto_close.close_due() == 2
    assert await auto_close.close_due() == 0
    closed = await own["events"].distinct("ticket_id", {"status": Status.CLOSED.value})
    assert set(closed) == {old, noted}


@pytest.mark.stack
async def test_auto_close_takes_a_ticket_that_any_number_of_events_follow_in(own: AsyncDatabase[Document]) -> None:
    service, busy = service_on(own), str(uuid4())
    await carry_out(service, busy, 10, CREATE, ResolveTicket())
    many = range(3, 18_003)
    resolved = {"ticket_id": busy, "type": AgentNoteAdded.TYPE, "status": "resolved"}
    # Long ids stand for more events: together they are more than one document holds.
    await own["events"].insert_many([resolved | {"_id": f"{version:01000}", "version": version} for version in many])
    found = [each async for each in MongoResolutions(own).before(utc_now() - timedelta(days=5))]
    assert found == [ResolvedTicket(busy, 2, many[-1])]


@pytest.mark.stack
async def test_auto_close_passes_over_what_a_newer_release_wrote(own: AsyncDatabase[Document]) -> None:
    newer, known = str(uuid4()), str(uuid4())
    for ticket in (newer, known):
        await carry_out(service_on(own), ticket, 10, CREATE, ResolveTicket())
    created = {"ticket_id": newer, "version": 1}
    row = await own["events"].find_one(created)
    assert row is not None
    envelope = row["envelope"].replace("TicketCreated.v2", "TicketCreated.v3")
    await own["events"].update_one(created, {"$set": {"envelope": envelope}})

    auto_close = AutoClose(MongoResolutions(own), service_on(own).handler, timedelta(days=5), utc_now)
    assert await auto_close.close_due() == 1
    assert await own["events"].distinct("ticket_id", {"status": Status.CLOSED.value}) == [known]


@pytest.mark.stack
async def test_auto_close_uses_its_index(own: AsyncDatabase[Document]) -> None:
    service = service_on(own)
    await carry_out(service, str(uuid4()), 10, CREATE, ResolveTicket())
    query = {"type": "tickets.TicketResolved.v1", "occurred_at": {"$lt": utc_now()}}
    plan = await own["events"].find(query).explain()
    assert "'indexName': 'resolutions'" in str(plan["queryPlanner"]["winningPlan"])


async def test_a_database_that_is_away_is_said_to_be() -> None:
    settings = CommandSettings(
        mongo_uri=SecretStr("mongodb://127.0.0.1:1/?directConnection=true&serverSelectionTimeoutMS=50"),
        mongo_database="none",
        kafka_bootstrap_servers="127.0.0.1:1",
    )
    async with connect(settings) as client:
        store = MongoEventStore(database(client, settings), Metrics("test"))
        with pytest.raises(StoreUnavailable):
            await store.find_key("k")
