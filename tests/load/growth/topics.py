"""Made-up tickets into the read topics, with the counters that belong to them, as a projector would publish them."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from aiokafka import AIOKafkaProducer

from projector_service.domain.counters import Counters
from tests.load.growth.grow import BEFORE_THE_LOG, Grown
from ticket_contracts.events import TicketClosed, TicketCreated, TicketReopened, TicketResolved
from ticket_contracts.partitioning import PARTITIONS
from ticket_contracts.topics import MIB, STATS, VIEWS, WATERMARKS
from ticket_contracts.watermarks import Watermark

_COUNTED = (TicketCreated, TicketResolved, TicketClosed, TicketReopened)
_AT_ONCE = 2_000


async def publish_grown(bootstrap: str, prefix: str, tickets: Iterable[Grown]) -> int:
    """Write views, counters and a first watermark to the topics behind `prefix`, which are there; returns how many.

    There is no history but the last five entries, which are in the views: lists, details and dashboards need no more.
    Raises KafkaError where the broker refuses a record: a view that waited over 10 s for it is one.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=20,
        max_batch_size=MIB,
        max_request_size=STATS.max_message_bytes,
    )
    await producer.start()
    try:
        counters = [Counters(partition) for partition in range(PARTITIONS)]
        ends, rest = [-1] * PARTITIONS, iter(tickets)
        while chunk := list(islice(rest, _AT_ONCE)):
            for end in await _publish_views(producer, prefix + VIEWS.name, chunk):
                ends[end.partition] = max(ends[end.partition], end.offset)
            for ticket in chunk:
                count_ticket(counters[ticket.view.partition], ticket)
        for counter in counters:
            await _publish_counters(producer, prefix, counter, ends[counter.partition])
        return sum(counter.total for counter in counters)
    finally:
        await producer.stop()


async def _publish_views(producer: AIOKafkaProducer, topic: str, tickets: Sequence[Grown]) -> list[Any]:
    """Write the views; return what the broker says of each."""
    sent = []
    for ticket in tickets:
        view = ticket.view
        body = view.__pydantic_serializer__.to_json(view)
        sent.append(await producer.send(topic, body, view.id.encode(), partition=view.partition))
    return await asyncio.gather(*sent)


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
