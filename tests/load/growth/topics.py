"""Made-up tickets into the read topics, with the counters that belong to them, as a projector would publish them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from projector_service.domain.counters import Counters
from tests.load.growth.grow import BEFORE_THE_LOG, Grown
from ticket_contracts.events import TicketClosed, TicketCreated, TicketReopened, TicketResolved
from ticket_contracts.partitioning import PARTITIONS
from ticket_contracts.topics import STATS, VIEWS, WATERMARKS
from ticket_contracts.watermarks import Watermark

_COUNTED = (TicketCreated, TicketResolved, TicketClosed, TicketReopened)
_FLUSH_EVERY = 5_000


async def publish_grown(bootstrap: str, prefix: str, tickets: Iterable[Grown]) -> int:
    """Write views, counters and a first watermark to the topics behind `prefix`, which are there; returns how many.

    There is no history but the last five entries, which are in the views: lists, details and dashboards need no more.
    """
    options = {"acks": "all", "enable_idempotence": True, "linger_ms": 20, "max_batch_size": 1024 * 1024}
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=STATS.max_message_bytes, **options)
    await producer.start()
    try:
        counters = [Counters(partition) for partition in range(PARTITIONS)]
        ends = [-1] * PARTITIONS
        for sent, ticket in enumerate(tickets, 1):
            view = ticket.view
            count_ticket(counters[view.partition], ticket)
            body = view.__pydantic_serializer__.to_json(view)
            await producer.send(prefix + VIEWS.name, body, view.id.encode(), partition=view.partition)
            ends[view.partition] += 1
            if sent % _FLUSH_EVERY == 0:
                await producer.flush()
        await producer.flush()
        for counter in counters:
            await _publish_counters(producer, prefix, counter, ends[counter.partition])
        return sum(ends) + PARTITIONS
    finally:
        await producer.stop()


def count_ticket(counters: Counters, ticket: Grown) -> None:
    """Count a ticket that is there at once: its state as it is, and each day on which something happened to it."""
    before = None
    for kind, at in ticket.happened:
        if kind in _COUNTED:
            counters.count(before, ticket.view, kind.trusted({}), at)
            before = ticket.view


async def _publish_counters(producer: AIOKafkaProducer, prefix: str, counters: Counters, views_end: int) -> None:
    record = counters.record().model_copy(update={"views_offset": views_end, "timeline_offset": -1})
    key, partition = str(counters.partition).encode(), counters.partition
    await producer.send_and_wait(prefix + STATS.name, record.model_dump_json().encode(), key, partition=partition)
    now = datetime.now(UTC)
    mark = Watermark(partition=partition, published=BEFORE_THE_LOG, stored_until=now, at=now)
    await producer.send_and_wait(prefix + WATERMARKS.name, mark.model_dump_json().encode(), key, partition=partition)
