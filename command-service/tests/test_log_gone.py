"""Kafka's log is gone, or is asked for once more: the whole store is published again. On real servers."""

from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition
from structlog.testing import capture_logs

from command_service.relay.record import RelayRecords
from command_service.relay.session import Session
from tests.support.waiting import eventually
from ticket_chassis.kafka import create_producer
from ticket_chassis.topics import ensure_topics
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import TextKey
from ticket_contracts.topics import EVENTS, TEXT_KEYS, WATERMARKS, Topic

pytestmark = pytest.mark.stack


Rig = Any  # the one of conftest.py, which cannot be imported

RELAY_TOPICS = (EVENTS, TEXT_KEYS, WATERMARKS)


async def filled(rig: Rig) -> list[str]:
    """Write tickets, have them published, and end the relay."""
    _, running = rig.start()
    tickets: list[str] = await rig.write()
    await settled(rig)
    await rig.stop(running)
    return tickets


async def settled(rig: Rig) -> None:
    """Wait until everything is published, no republication is due, and all of that is on record."""
    await rig.published()

    async def recorded() -> bool:
        row = await rig.own["relay"].find_one() or {}
        ends = [-1] * EVENTS.partitions
        for record in await rig.read(EVENTS):
            ends[record.partition] = record.offset
        return "republication" not in row and row.get("published") == ends

    await eventually(recorded, "the relay's record says what is on the log")


async def deleted(rig: Rig, topics: tuple[Topic, ...] = RELAY_TOPICS) -> None:
    """Delete topics with all that is in them."""
    names = {rig.settings.topic_prefix + topic.name for topic in topics}
    admin = AIOKafkaAdminClient(bootstrap_servers=rig.settings.kafka_bootstrap_servers)
    await admin.start()
    try:
        await admin.delete_topics(list(names))

        async def gone() -> bool:
            return not names & set(await admin.list_topics())

        await eventually(gone, "the topics are gone")
    finally:
        await admin.close()


async def made_again(rig: Rig, topics: tuple[Topic, ...] = RELAY_TOPICS) -> None:
    """Delete topics and make them anew."""
    await deleted(rig, topics)
    await ensure_topics(rig.settings.kafka_bootstrap_servers, rig.settings.topic_prefix, topics=topics)


async def complete(rig: Rig, expected: dict[str, list[int]]) -> None:
    """Wait until the log holds these versions, in this order; the keys of all of them must be there."""

    async def there() -> bool:
        return bool(await rig.versions() == expected)

    await eventually(there, "the log is whole again", deadline=60)
    keys = {TextKey.model_validate_json(record.value).kid for record in await rig.read(TEXT_KEYS)}
    assert keys >= {row["kid"] async for row in rig.own["events"].find()}


async def test_a_log_made_again_while_the_relay_was_away_is_filled_again(rig: Rig) -> None:
    tickets = await filled(rig)
    await made_again(rig)
    await rig.note(tickets[0])
    with capture_logs() as logs:
        rig.start()
        await complete(rig, {ticket: [1, 2, 3, 4] for ticket in tickets} | {tickets[0]: [1, 2, 3, 4, 5]})
    (told,) = [entry for entry in logs if entry["event"].startswith("Kafka's log is not the one")]
    assert "was acknowledged" in told["reason"]
    await settled(rig)


async def test_a_log_made_again_under_a_running_relay_that_has_nothing_to_do_is_filled_again(rig: Rig) -> None:
    rig.start()
    tickets = await rig.write()
    await settled(rig)
    await made_again(rig)
    await complete(rig, {ticket: [1, 2, 3, 4] for ticket in tickets})
    await settled(rig)


async def test_a_log_made_again_under_a_running_relay_in_full_work_is_filled_again(rig: Rig) -> None:
    rig.start()
    tickets = await rig.write()
    await settled(rig)
    await deleted(rig)
    for ticket in tickets:
        await rig.note(ticket, 3)
    await ensure_topics(rig.settings.kafka_bootstrap_servers, rig.settings.topic_prefix, topics=RELAY_TOPICS)
    for ticket in tickets:
        await rig.note(ticket, 3)
    await settled(rig)
    assert all(sorted(set(versions)) == list(range(1, 11)) for versions in (await rig.versions()).values())


async def test_a_log_that_has_grown_past_the_old_one_is_told_by_the_record_there(rig: Rig) -> None:
    tickets = await filled(rig)
    before = (await rig.own["relay"].find_one())["published"]
    await made_again(rig)
    # Others write to the topic as well: the projector's operators, or somebody by hand.
    async with create_producer(rig.settings) as producer:
        for partition, published in enumerate(before):
            for _ in range(published + 5):
                await producer.send_and_wait(rig.settings.topic_prefix + EVENTS.name, b"{}", partition=partition)
    with capture_logs() as logs:
        rig.start()
        await rig.published()
    (told,) = [entry for entry in logs if entry["event"].startswith("Kafka's log is not the one")]
    assert "holds another record at offset" in told["reason"]
    events = [record for record in await rig.read(EVENTS) if record.value != b"{}"]
    assert len(events) == len(tickets) * 4


async def test_a_log_that_lost_its_beginning_is_filled_again_once(rig: Rig) -> None:
    tickets = await filled(rig)
    partition = TopicPartition(rig.settings.topic_prefix + EVENTS.name, partition_of(tickets[0]))
    admin = AIOKafkaAdminClient(bootstrap_servers=rig.settings.kafka_bootstrap_servers)
    await admin.start()
    await admin.delete_records({partition: RecordsToDelete(before_offset=2)})
    await admin.close()
    for _ in range(2):
        _, running = rig.start()
        await settled(rig)
        await rig.stop(running)
    assert len(await rig.read(EVENTS)) == 12 - 2 + 12


async def test_text_keys_that_are_gone_are_published_again(rig: Rig) -> None:
    await filled(rig)
    _, running = rig.start()
    tickets = await rig.write(tickets=1, notes=0)
    await settled(rig)

    async def keys_on_record() -> bool:
        row = await rig.own["relay"].find_one()
        return row is not None and sum(row["keys_ends"]) == 3

    await eventually(keys_on_record, "the record says where the keys end")
    await rig.stop(running)
    await made_again(rig, (TEXT_KEYS,))
    rig.start()

    async def there() -> bool:
        return len({record.key for record in await rig.read(TEXT_KEYS)}) == 3

    await eventually(there, "the keys are published again")
    assert tickets[0] in await rig.versions()


async def test_a_republication_that_is_interrupted_begins_anew(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = await filled(rig)
    await made_again(rig)
    whole = Session._publish_whole_store

    async def killed(session: Session, publisher: Any) -> None:
        await whole(session, publisher)
        raise ConnectionError("before anything of it is on record")

    monkeypatch.setattr(Session, "_publish_whole_store", killed)
    _, running = rig.start()
    await complete(rig, {ticket: [1, 2, 3, 4] for ticket in tickets})
    await rig.stop(running)
    # The log is as long again as the one on record, by the same events: what is due is due all the same.
    assert (await RelayRecords(rig.own).read()).republication is not None
    assert (await rig.freshness(None, wait=0.1).read()).lag_ms > 0
    sent = len(await rig.read(EVENTS))
    monkeypatch.setattr(Session, "_publish_whole_store", whole)
    rig.start()
    await settled(rig)
    assert len(await rig.read(EVENTS)) == sent + 12


async def test_what_was_asked_for_is_done_by_a_leader_at_work(rig: Rig) -> None:
    rig.start()
    tickets = await rig.write()
    await settled(rig)
    await RelayRecords(rig.own).ask_republication("by an operator")
    await settled(rig)
    assert len(await rig.read(EVENTS)) == 24
    assert await rig.versions() == {ticket: [1, 2, 3, 4] for ticket in tickets}
    await rig.note(tickets[0])
    await settled(rig)
    assert len(await rig.read(EVENTS)) == 25
