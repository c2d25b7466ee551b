"""An events topic that is deleted and made again while a projector reads it: it stops, whatever the new one holds."""

from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import UnknownTopicOrPartitionError

from projector_service.adapters import consumer
from projector_service.adapters.topic_identity import topic_id
from projector_service.domain.messages import Received
from projector_service.settings import Settings
from tests.support.projector import EventLog, caught_up, created, ids_in_partition, projecting
from tests.support.projector_in_memory import WHEN_SENT, ProjectorInMemory, as_record
from tests.support.waiting import eventually
from ticket_chassis.kafka import create_consumer
from ticket_chassis.kafka_admin import kafka_admin
from ticket_chassis.topics import ensure_topics
from ticket_contracts.envelope import Envelope
from ticket_contracts.topics import EVENTS


def tickets(count: int) -> list[Envelope]:
    """Return the first events of tickets of one partition."""
    return [created(ticket) for ticket in ids_in_partition(3, count)]


async def test_a_log_made_again_is_noticed_although_reading_goes_on_in_it() -> None:
    projector = ProjectorInMemory()
    before = tickets(4)
    await projector.take_events(*before)
    await projector.projector.watch_log()
    assert projector.projector.halted is None
    projector.log.make_again()
    # What was recorded meanwhile lies in front of the next fetch, and all that it finds are repeats.
    fill(projector, [*tickets(2), *before])
    await projector.projector.watch_log()
    assert "made again" in str(projector.projector.halted)


async def test_a_log_that_ends_too_soon_is_noticed() -> None:
    projector = ProjectorInMemory()
    await projector.take_events(*tickets(4))
    projector.log.records[3].pop()
    await projector.projector.watch_log()
    assert "ends at 3" in str(projector.projector.halted)


async def test_a_reset_between_does_not_make_it_ours() -> None:
    projector = ProjectorInMemory()
    before = tickets(3)
    await projector.take_events(*before)
    projector.log.make_again()
    first, *others = before
    fill(projector, [*others[:-1], first, others[-1], *tickets(1)])  # the record applied last is in its place
    await projector.projector.take_over(range(12))
    assert "made again" in str(projector.projector.halted)


async def test_one_of_which_nothing_was_applied_may_be_made_again() -> None:
    projector = ProjectorInMemory()
    await projector.projector.take_over(range(12))
    projector.log.make_again()
    await projector.projector.watch_log()
    await projector.take_events(*tickets(1))
    assert projector.projector.halted is None


def fill(projector: ProjectorInMemory, events: list[Envelope]) -> None:
    """Put events on the log without handing them over."""
    for offset, event in enumerate(events):
        record = as_record(event)
        projector.log.append(Received(record.partition, offset, record.key, record.value, WHEN_SENT))


@pytest.mark.stack
async def test_a_topic_made_again_has_another_id(settings: Settings, topics: str) -> None:
    topic = topics + EVENTS.name
    servers = settings.kafka_bootstrap_servers
    async with create_consumer(settings, group_id=None) as client, kafka_admin(servers) as admin:
        known = await topic_id(client, topic)
        assert await topic_id(client, topic) == known
        await admin.delete_topics([topic])
        with pytest.raises(UnknownTopicOrPartitionError):
            await topic_id(client, topic)
        await ensure_topics(servers, topics, topics=[EVENTS])
        assert await topic_id(client, topic) != known


@pytest.mark.stack
async def test_a_running_projector_looks_by_itself(
    settings: Settings, event_log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def another(_consumer: AIOKafkaConsumer, _topic: str) -> UUID:
        return UUID(int=1)

    async with projecting(settings) as projector:
        for event in tickets(3):
            await event_log.send(event)
        await caught_up(projector, event_log)
        monkeypatch.setattr(consumer, "topic_id", another)

        async def halted() -> str | None:
            return projector.serving.projector.halted

        assert "made again" in str(await eventually(halted, "it stops"))
