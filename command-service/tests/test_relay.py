"""The relay on real servers: in order, without gaps, whatever happens to it."""

from base64 import b64decode
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError
from bson import Timestamp

from command_service.relay import session as session_module
from ticket_chassis.kafka import create_producer
from ticket_chassis.sealing import open_text
from ticket_contracts.envelope import CONTENT_TYPE, decode_envelope
from ticket_contracts.events import TicketCreated
from ticket_contracts.text import SealedText, TextKey
from ticket_contracts.topics import EVENTS, TEXT_KEYS, WATERMARKS
from ticket_contracts.watermarks import Watermark

pytestmark = pytest.mark.stack


Rig = Any  # the one of conftest.py, which cannot be imported


async def test_a_first_start_publishes_what_was_stored_before_it(rig: Rig) -> None:
    early = await rig.write()
    rig.start()
    late = await rig.write()
    await rig.published()
    assert await rig.versions() == {ticket: [1, 2, 3, 4] for ticket in early + late}


async def test_what_is_sent_can_be_read_and_opened(rig: Rig) -> None:
    rig.start()
    await rig.write(tickets=1, notes=0)
    await rig.published()
    (record,) = await rig.read(EVENTS)
    store_id = (await rig.own["relay"].find_one())["store"]
    assert dict(record.headers) == {"content-type": CONTENT_TYPE.encode(), "store": store_id.encode()}
    event = decode_envelope(record.value).event()
    assert isinstance(event, TicketCreated)
    assert isinstance(event.subject, SealedText)
    (sent,) = await rig.read(TEXT_KEYS)
    key = TextKey.model_validate_json(sent.value)
    assert sent.key.decode() == key.kid == event.subject.kid
    assert key.key is not None
    assert open_text(event.subject, record.key.decode(), b64decode(key.key)) == "s"
    assert sent.timestamp <= record.timestamp


async def test_it_resumes_where_it_was(rig: Rig) -> None:
    _, first = rig.start()
    tickets = await rig.write()
    await rig.published()
    before = len(await rig.read(EVENTS))
    await rig.stop(first)
    for ticket in tickets:
        await rig.note(ticket, 2)
    rig.start()
    await rig.published()
    assert await rig.versions() == {ticket: [1, 2, 3, 4, 5, 6] for ticket in tickets}
    # Nothing that was acknowledged and recorded is sent again.
    assert len(await rig.read(EVENTS)) == before + 6


async def test_a_token_that_is_too_old_means_the_whole_store_again(rig: Rig) -> None:
    _, first = rig.start()
    tickets = await rig.write()
    await rig.published()
    await rig.stop(first)
    ancient = {"_data": "8200000001000000012B0229296E04"}  # the first second of 1970
    await rig.own["relay"].update_one({}, {"$set": {"token": ancient, "position": Timestamp(1, 1)}})
    await rig.note(tickets[0])
    rig.start()
    await rig.published()
    assert await rig.versions() == {ticket: [1, 2, 3, 4] for ticket in tickets} | {tickets[0]: [1, 2, 3, 4, 5]}
    assert len(await rig.read(EVENTS)) == 12 + 13


async def test_a_token_from_the_future_means_the_whole_store_again(rig: Rig) -> None:
    _, first = rig.start()
    tickets = await rig.write()
    await rig.published()
    await rig.stop(first)
    # As where the relay's document outlived the history it speaks of. Without the check the stream would open, and
    # say nothing until that time has come.
    future = {"_data": "82F00000000000000129295A1004"}
    await rig.own["relay"].update_one({}, {"$set": {"token": future, "position": Timestamp(0xF0000000, 1)}})
    await rig.note(tickets[0])
    rig.start()
    await rig.until(lambda: _has(rig, {ticket: [1, 2, 3, 4] for ticket in tickets} | {tickets[0]: [1, 2, 3, 4, 5]}))


async def _has(rig: Rig, versions: dict[str, list[int]]) -> bool:
    return bool(await rig.versions() == versions)


async def test_of_two_relays_one_leads_and_the_other_takes_over(rig: Rig) -> None:
    relays = dict([rig.start(), rig.start()])
    tickets = await rig.write()
    await rig.published()
    (leading,) = [relay for relay in relays if relay.session is not None]
    await rig.stop(relays[leading])
    for ticket in tickets:
        await rig.note(ticket)
    await rig.published()
    assert await rig.versions() == {ticket: [1, 2, 3, 4, 5] for ticket in tickets}
    assert len(await rig.read(EVENTS)) == 15


async def test_a_leader_that_lost_the_lease_stops_and_its_record_does_not_count(rig: Rig) -> None:
    relay, _ = rig.start()
    tickets = await rig.write()
    await rig.published()
    leading = relay.session
    # Somebody else has taken over: a later term, and its record.
    await rig.own["leases"].update_one({"_id": "relay"}, [{"$set": {"owner": "other", "term": {"$add": ["$term", 5]}}}])
    await rig.own["relay"].update_one({}, [{"$set": {"term": {"$add": ["$term", 5]}}}])
    saved = await rig.own["relay"].find_one()
    await rig.note(tickets[0])

    async def deposed() -> bool:
        return relay.session is not leading

    await rig.until(deposed)
    assert await rig.own["relay"].find_one() == saved


class FailsOnce:
    """Makes producers of which the first fails in the middle of its work."""

    def __init__(self) -> None:
        self.made: list[AIOKafkaProducer] = []
        self.batches = 0

    def __call__(self, *args: Any, **options: Any) -> AIOKafkaProducer:
        producer = create_producer(*args, **options)
        self.made.append(producer)
        if len(self.made) == 1:
            send = producer.send_batch

            async def fail(*args: Any, **options: Any) -> Any:
                self.batches += 1
                if self.batches > 1:
                    raise KafkaTimeoutError
                return await send(*args, **options)

            producer.send_batch = fail
        return producer


async def test_after_a_failed_send_it_goes_on_with_a_new_producer(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    producers = FailsOnce()
    monkeypatch.setattr(session_module, "create_producer", producers)
    rig.start()
    tickets = await rig.write(tickets=6)
    await rig.published()
    assert len(producers.made) == 2
    assert await rig.versions() == {ticket: [1, 2, 3, 4] for ticket in tickets}


async def test_freshness_counts_what_is_stored_and_not_published(rig: Rig) -> None:
    tickets = await rig.write(tickets=1, notes=0)
    assert (await rig.freshness(None, wait=0.1).read()).lag_ms > 0
    relay, running = rig.start()
    await rig.published()
    for _ in range(5):
        await rig.note(tickets[0])
        # Right after the answer, on the leader and on an instance without a relay.
        assert (await rig.freshness(relay).read()).lag_ms == 0
        assert (await rig.freshness(None).read()).lag_ms == 0
    assert sum(offset + 1 for offset in (await rig.freshness(relay).read()).published) == 6
    await rig.stop(running)
    assert (await rig.freshness(None, wait=0.1).read()).lag_ms == 0
    await rig.note(tickets[0])
    first = (await rig.freshness(None, wait=0.1).read()).lag_ms
    await rig.note(tickets[0])
    assert 0 < first < (await rig.freshness(None, wait=0.1).read()).lag_ms


async def test_watermarks_cover_every_partition_and_never_run_ahead(rig: Rig) -> None:
    rig.start()
    await rig.write()
    await rig.published()

    async def three_rounds() -> bool:
        return len(await rig.read(WATERMARKS)) >= 36

    await rig.until(three_rounds)
    events = await rig.read(EVENTS)
    last: dict[int, Watermark] = {}
    for record in await rig.read(WATERMARKS):
        mark = Watermark.model_validate_json(record.value)
        assert record.key.decode() == str(record.partition) == str(mark.partition)
        assert mark.stored_until <= mark.at
        before = last.get(mark.partition, mark)
        assert (before.published, before.stored_until) <= (mark.published, mark.stored_until)
        last[mark.partition] = mark
    ends = dict.fromkeys(range(12), -1) | {record.partition: record.offset for record in events}
    assert {partition: mark.published for partition, mark in last.items()} == ends
    recorded = max(decode_envelope(record.value).recordedtime for record in events)
    assert min(mark.stored_until for mark in last.values()) > recorded
