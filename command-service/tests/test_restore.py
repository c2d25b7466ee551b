"""A command database restored from a copy: it refuses, and gets back from Kafka what it lacks. On real servers."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pymongo.asynchronous.collection import AsyncCollection

from command_service.app import create_app
from command_service.bootstrap import bootstrap
from command_service.commands.add_agent_note import AddAgentNote
from command_service.commands.create_ticket import CreateTicket
from command_service.execution.admission import NotAdmitted
from command_service.execution.request import CommandRequest
from command_service.recovery.restoration import Contradiction, Restoration
from tests.support.waiting import eventually
from ticket_chassis.kafka import create_producer
from ticket_contracts.envelope import Envelope
from ticket_contracts.events import TicketClosed, TicketCreated
from ticket_contracts.model import parse_time
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import TextKey
from ticket_contracts.topics import EVENTS, TEXT_KEYS

pytestmark = pytest.mark.stack


Rig = Any  # the one of conftest.py, which cannot be imported

COLLECTIONS = ("events", "text_keys", "relay")
SEALED = {"kid": str(uuid4()), "sealed": "A" * 40}
PLAIN = {
    "customer": {"id": "c", "contact": "plain"},
    "subject": SEALED,
    "message": SEALED,
    "channel": "web",
    "priority": "low",
}
Copy = dict[str, list[dict[str, Any]]]


class Killed(BaseException):
    """The end of a process."""


async def copy_of(rig: Rig) -> Copy:
    return {name: await rig.own[name].find().sort("_id").to_list() for name in COLLECTIONS}


async def indexes_of(rig: Rig) -> list[set[str]]:
    return [set(await rig.own[name].index_information()) for name in ("events", "text_keys")]


async def restore(rig: Rig, copy: Copy) -> None:
    for name, rows in copy.items():
        await rig.own[name].delete_many({})
        if rows:
            await rig.own[name].insert_many(rows)


def create(key: str, customer: str = "late") -> CommandRequest:
    command = CreateTicket(customer_id=customer, customer_contact="c@example.org", subject="s", message="m")
    return CommandRequest(str(uuid4()), command, key=key, ticket_is_new=True)


async def lost_minutes(rig: Rig) -> tuple[Copy, Copy, CommandRequest]:
    """Fill a store, copy it, go on, put the copy back; return the copy, what is lost, and a command that is."""
    _, running = rig.start()
    tickets = await rig.write(tickets=2, notes=1)
    await rig.published()
    await rig.stop(running)
    copy = await copy_of(rig)
    _, running = rig.start()
    await rig.note(tickets[0], 2)
    late = create("late-key")
    await rig.handler.execute(late)
    await rig.handler.execute(CommandRequest(late.ticket_id, AddAgentNote(note="n")))
    await rig.published()
    await rig.stop(running)
    whole = await copy_of(rig)
    await restore(rig, copy)
    return copy, whole, late


async def test_what_is_put_back_is_what_was_there(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("command_service.adapters.checkpoints.EVERY", 2)
    _, whole, late = await lost_minutes(rig)
    planned = await Restoration(rig.settings, rig.own).run(write=False)
    assert (planned.events.total(), len(planned.events), len(planned.text_keys)) == (4, 2, 1)
    assert await rig.own["events"].count_documents({}) == 4
    done = await Restoration(rig.settings, rig.own).run(write=True)
    assert done == planned
    now = await copy_of(rig)
    assert now["events"] == whole["events"]
    assert any("checkpoint" in row for row in now["events"])
    assert now["text_keys"] == whole["text_keys"]
    again = await Restoration(rig.settings, rig.own).run(write=True)
    assert not again.events
    assert not again.text_keys
    assert await copy_of(rig) == now

    # A service that starts now goes on: retries are known again, versions continue, nothing is refused.
    service = bootstrap(rig.settings)
    service.tasks.start()
    try:
        await eventually(lambda: ready(service), "the service is ready")
        retry = create("late-key")
        assert (await service.handler.execute(retry)).ticket_id == late.ticket_id
        more = await service.handler.execute(CommandRequest(late.ticket_id, AddAgentNote(note="more")))
        assert more.version == 3
        await rig.published()
        assert (await rig.versions())[late.ticket_id] == [1, 2, 3]
    finally:
        await service.tasks.stop()
        await service.close()


async def ready(service: Any) -> bool:
    return not await service.health.problems()


async def test_until_then_nothing_new_is_stored_and_nothing_is_damaged(rig: Rig) -> None:
    copy, _, late = await lost_minutes(rig)
    service = bootstrap(rig.settings)
    app = create_app(service=service)
    transport = httpx2.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url="http://t") as http:

        async def refuses() -> str | None:
            reasons = (await http.get("/readyz")).json()
            return str(reasons) if "ahead of the store" in str(reasons) else None

        reasons = await eventually(refuses, "the service says that it cannot go on")
        assert reasons is not None
        assert "Found 4 events of 2 tickets" in reasons
        assert late.ticket_id in reasons
        answer = await http.post("/tickets", json={"customer_id": "late", "subject": "s", "message": "m"})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "ahead of the store" in answer.json()["detail"]
        assert "retry-after" in answer.headers
        other = bootstrap(rig.settings.model_copy(update={"relay_enabled": False}))
        other.tasks.start()
        await eventually(lambda: not_ready(other), "an instance without a relay knows as well")
        await other.tasks.stop()
        await other.close()
    now = await copy_of(rig)
    assert now["events"] == copy["events"]
    assert now["text_keys"] == copy["text_keys"]


async def test_an_instance_without_a_relay_compares_by_itself(rig: Rig) -> None:
    copy, _, _ = await lost_minutes(rig)
    again = CommandRequest(copy["events"][0]["ticket_id"], AddAgentNote(note="a version for the second time"))
    alone = bootstrap(rig.settings.model_copy(update={"relay_enabled": False}))

    async def refuses() -> bool:
        with pytest.raises(NotAdmitted) as refusal:
            await alone.handler.execute(again)
        return "ahead of the store" in str(refusal.value)

    assert not await refuses()  # it is not known yet, and nothing is stored
    alone.tasks.start()
    await eventually(refuses, "the instance says that it cannot go on")
    await alone.tasks.stop()
    await alone.close()
    assert (await copy_of(rig))["events"] == copy["events"]


async def not_ready(service: Any) -> bool:
    return not await ready(service)


async def test_killed_in_the_middle_it_is_run_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    _, whole, _ = await lost_minutes(rig)
    insert = AsyncCollection.insert_many

    async def killed(self: Any, rows: list[Any], *args: Any, **options: Any) -> Any:
        await insert(self, rows[:1], *args, **options)
        raise Killed

    monkeypatch.setattr(AsyncCollection, "insert_many", killed)
    with pytest.raises(Killed):
        await Restoration(rig.settings, rig.own).run(write=True)
    monkeypatch.setattr(AsyncCollection, "insert_many", insert)
    await Restoration(rig.settings, rig.own).run(write=True)
    now = await copy_of(rig)
    assert now["events"] == whole["events"]
    assert now["text_keys"] == whole["text_keys"]


async def test_a_store_that_is_gone_whole_is_made_again_from_the_log(rig: Rig) -> None:
    _, whole, _ = await lost_minutes(rig)
    await restore(rig, {name: [] for name in COLLECTIONS})
    await Restoration(rig.settings, rig.own).run(write=True)
    now = await copy_of(rig)
    assert now["events"] == whole["events"]
    assert now["text_keys"] == whole["text_keys"]
    assert now["relay"][0]["store"] == whole["relay"][0]["store"]


async def test_a_store_made_again_has_its_indexes_from_the_start(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await lost_minutes(rig)
    indexes = await indexes_of(rig)
    for name in COLLECTIONS:
        await rig.own[name].drop()
    found = []

    async def insert(self: Any, *args: Any, _insert: Any = AsyncCollection.insert_many, **kwargs: Any) -> Any:
        found.append(await indexes_of(rig))
        return await _insert(self, *args, **kwargs)

    monkeypatch.setattr(AsyncCollection, "insert_many", insert)
    await Restoration(rig.settings, rig.own).run(write=True)
    assert [len(names) for names in indexes] == [4, 2]
    assert found[0] == indexes


async def test_what_the_store_never_wrote_is_not_taken(rig: Rig) -> None:
    copy, whole, late = await lost_minutes(rig)
    store = copy["relay"][0]["store"].encode()
    now = parse_time("2026-01-02T03:04:05Z")
    ticket = late.ticket_id
    event = Envelope(
        id=str(uuid4()), type=TicketClosed.TYPE, subject=ticket, time=now, recordedtime=now, ticketversion=3, data={}
    )
    plain = event.model_copy(update={"type": "tickets.AgentNoteAdded.v1", "data": {"note": "plain"}})
    reachable = event.model_copy(update={"type": TicketCreated.TYPE, "data": PLAIN})
    control = event.model_copy(update={"type": "tickets.control.redrive.v1", "ticketversion": None})
    await by_hand(rig, ticket, event)
    await by_hand(rig, ticket, plain, store=store)
    await by_hand(rig, ticket, reachable, store=store)
    await by_hand(rig, ticket, control, store=store)
    await by_hand(rig, str(uuid4()), event, store=store)
    await by_hand(rig, ticket, event, store=b"another")
    await by_hand(rig, ticket, event, store=store, **{"idempotency-key": b"\xff"})
    done = await Restoration(rig.settings, rig.own).run(write=True)
    assert done.not_taken == {
        "no relay wrote it": 1,
        "free text that is not sealed": 2,
        "written by operators or others": 1,
        "under another ticket's key": 1,
        "of another store, another": 1,
        "with an idempotency key that is none": 1,
    }
    assert (await copy_of(rig))["events"] == whole["events"]


async def test_text_keys_that_are_none_are_passed_over(rig: Rig) -> None:
    _, whole, _ = await lost_minutes(rig)
    no_base64 = TextKey(kid=str(uuid4()), version=1, key="!" * 44, created_at=datetime.now(UTC)).model_dump_json()
    async with create_producer(rig.settings) as producer:
        for value in (b"\xff neither JSON nor UTF-8", b"{}", None, no_base64.encode()):
            await producer.send_and_wait(rig.settings.topic_prefix + TEXT_KEYS.name, value, b"a key", partition=0)
    await Restoration(rig.settings, rig.own).run(write=True)
    assert (await copy_of(rig))["events"] == whole["events"]


async def test_a_version_that_was_given_twice_stops_it_before_anything_is_written(rig: Rig) -> None:
    copy, _, _ = await lost_minutes(rig)
    ticket = copy["events"][0]["ticket_id"]
    await rig.note(ticket)
    rows = await copy_of(rig)
    with pytest.raises(Contradiction, match=f"ticket {ticket} has two events of version 3"):
        await Restoration(rig.settings, rig.own).run(write=False)
    assert await copy_of(rig) == rows


async def test_a_beginning_that_is_too_late_is_a_gap(rig: Rig) -> None:
    _, running = rig.start()
    (ticket,) = await rig.write(tickets=1, notes=1)
    await rig.published()
    await rig.note(ticket)
    await rig.published()
    await rig.stop(running)
    await rig.own["events"].delete_many({"version": {"$gt": 1}})
    since = datetime.fromtimestamp((await rig.read(EVENTS))[-1].timestamp / 1000, UTC)
    with pytest.raises(Contradiction, match="missing on the log as well"):
        await Restoration(rig.settings, rig.own).run(write=False, since=since)


async def by_hand(rig: Rig, key: str, envelope: Envelope, **headers: bytes) -> None:
    async with create_producer(rig.settings) as producer:
        await producer.send_and_wait(
            rig.settings.topic_prefix + EVENTS.name,
            envelope.encode(),
            key.encode(),
            partition=partition_of(key),
            headers=list(headers.items()),
        )
