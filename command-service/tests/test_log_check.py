"""Is the log the one that this store filled? On real servers."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from aiokafka.structs import RecordMetadata
from structlog.testing import capture_logs

from ticket_chassis.kafka import create_producer
from ticket_chassis.tasks import Halted
from ticket_contracts.envelope import Envelope
from ticket_contracts.events import TicketClosed
from ticket_contracts.model import parse_time
from ticket_contracts.partitioning import partition_of
from ticket_contracts.topics import EVENTS

pytestmark = pytest.mark.stack


Rig = Any  # the one of conftest.py, which cannot be imported

COLLECTIONS = ("events", "text_keys", "relay")


async def filled(rig: Rig) -> list[str]:
    """Write tickets, have them published, and end the relay."""
    _, running = rig.start()
    tickets: list[str] = await rig.write()
    await rig.published()
    await rig.stop(running)
    return tickets


async def halted(rig: Rig) -> str:
    """Start a relay again; return why it refuses."""
    _, again = rig.start()
    with pytest.raises(Halted) as refusal:
        await asyncio.wait_for(again, 20)
    return str(refusal.value)


async def by_hand(rig: Rig, value: bytes, ticket: str, **headers: bytes) -> RecordMetadata:
    """Put a record on the log past the relay."""
    topic = rig.settings.topic_prefix + EVENTS.name
    async with create_producer(rig.settings) as producer:
        return await producer.send_and_wait(
            topic, value, ticket.encode(), partition=partition_of(ticket), headers=list(headers.items())
        )


def an_event(ticket: str) -> bytes:
    now = parse_time("2026-01-02T03:04:05Z")
    return Envelope(
        id=str(uuid4()), type=TicketClosed.TYPE, subject=ticket, time=now, recordedtime=now, ticketversion=9, data={}
    ).encode()


async def test_an_event_that_the_store_lost_halts_it_and_names_the_ticket(rig: Rig) -> None:
    tickets = await filled(rig)
    await rig.own["events"].delete_one({"ticket_id": tickets[1], "version": 4})
    why = await halted(rig)
    assert "ahead of the store" in why
    assert why.endswith(f"Found 1 events of 1 tickets: {tickets[1]}")


async def test_a_restored_backup_halts_it_and_names_the_tickets(rig: Rig) -> None:
    old = await filled(rig)
    backup = {name: await rig.own[name].find().to_list() for name in COLLECTIONS}
    _, running = rig.start()
    await rig.note(old[0], 2)
    new = await rig.write(tickets=1)
    await rig.published()
    await rig.stop(running)
    for name, rows in backup.items():
        await rig.own[name].delete_many({})
        await rig.own[name].insert_many(rows)
    why = await halted(rig)
    assert "as after a restored backup. Found 6 events of 2 tickets" in why
    assert old[0] in why
    assert new[0] in why
    assert old[1] not in why


async def test_a_new_store_halts_it_on_the_log_of_another(rig: Rig) -> None:
    tickets = await filled(rig)
    other = (await rig.own["relay"].find_one())["store"]
    for name in COLLECTIONS:
        await rig.own[name].drop()
    why = await halted(rig)
    assert f"filled from another store ({other})" in why
    assert all(ticket in why for ticket in tickets)
    assert not await rig.own["events"].count_documents({})
    assert (await rig.own["relay"].find_one())["store"] != other


async def test_what_others_put_on_the_log_is_told_once_and_ignored(rig: Rig) -> None:
    tickets = await filled(rig)
    store_id = (await rig.own["relay"].find_one())["store"]
    await by_hand(rig, an_event(tickets[0]), tickets[0])
    await by_hand(rig, an_event(str(uuid4())), tickets[1], **{"content-type": b"application/cloudevents+json"})
    await by_hand(rig, b"\xff garbage", tickets[2], store=store_id.encode())
    with capture_logs() as logs:
        rig.start()
        await rig.note(tickets[0])
        await rig.published()
    (told,) = [entry for entry in logs if "no relay wrote" in entry["event"]]
    assert told["count"] == 3


async def test_what_others_put_on_the_log_hides_nothing(rig: Rig) -> None:
    tickets = await filled(rig)
    saved = await rig.own["relay"].find_one()
    _, running = rig.start()
    await rig.note(tickets[0])
    await rig.published()
    await rig.stop(running)
    # More than anybody would look at from the end.
    topic = rig.settings.topic_prefix + EVENTS.name
    async with create_producer(rig.settings) as producer:
        for _ in range(300):
            await producer.send(topic, b"{}", partition=partition_of(tickets[0]))
    await rig.own["events"].delete_one({"ticket_id": tickets[0], "version": 5})
    await rig.own["relay"].replace_one({"_id": saved["_id"]}, saved)
    assert tickets[0] in await halted(rig)
