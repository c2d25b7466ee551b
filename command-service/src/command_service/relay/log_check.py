"""Is the log on Kafka the one that this store has filled? Asked before the relay adds to it."""

from collections.abc import Awaitable, Callable, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from command_service.relay.record import RelayRecord
from ticket_contracts.envelope import InvalidEnvelope, decode_envelope
from ticket_contracts.partitioning import PARTITIONS

TAIL = 200
NAMED = 20
POLL_MS = 1_000

Missing = Callable[[Sequence[str]], Awaitable[set[str]]]


class WrongLog(Exception):
    """The log and the store do not belong together; the message says why and names tickets."""


async def check_log(
    consumer: AIOKafkaConsumer, topic: str, record: RelayRecord | None, missing_from_store: Missing
) -> list[int]:
    """Return the last offset of each events partition, -1 for an empty one; raises WrongLog.

    `missing_from_store` returns those event ids that the store does not have.
    """
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    consumer.assign(partitions)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    if record is not None:
        for partition, published in zip(partitions, record.published, strict=True):
            if published >= ends[partition]:
                raise WrongLog(
                    f"{partition.topic}/{partition.partition} ends at {ends[partition]}, but offset {published} was "
                    "published: this is not the log we knew"
                )
    tickets = await _tail(consumer, ends)
    if lost := await missing_from_store(list(tickets)):
        named = sorted({tickets[event_id] for event_id in lost})
        raise WrongLog(
            f"Kafka is ahead of the store: {len(lost)} events of {len(named)} tickets are on {topic} and not in the "
            f"store, as after a restored backup. Tickets: {', '.join(named[:NAMED])}"
        )
    return [ends[partition] - 1 for partition in partitions]


async def _tail(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> dict[str, str]:
    """Return the ticket of each event among the last records, by event id."""
    starts = await consumer.beginning_offsets(list(ends))
    wanted = {partition: end for partition, end in ends.items() if end > starts[partition]}
    for partition, end in ends.items():
        if partition in wanted:
            # More than the relay ever has unacknowledged in a partition, so that no crash hides an event from us.
            consumer.seek(partition, max(starts[partition], end - TAIL))
        else:
            consumer.pause(partition)
    tickets: dict[str, str] = {}
    while wanted:
        for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
            for message in records:
                tickets |= _event(message.value)
        wanted = {tp: end for tp, end in wanted.items() if await consumer.position(tp) < end}
    return tickets


def _event(value: bytes | None) -> dict[str, str]:
    try:
        envelope = decode_envelope(value or b"")
    except InvalidEnvelope:
        return {}  # none of ours; consumers have their own ways with it
    return {} if envelope.is_control else {envelope.id: envelope.subject}
