"""Ends Kafka producers for good, also those that cannot get rid of what they were given."""

import asyncio

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from ticket_chassis.ending import to_the_end

STOP_LIMIT = 3.0
ABANDON_LIMIT = 2.0

log = structlog.get_logger(__name__)


async def stop_producer(producer: AIOKafkaProducer) -> None:
    """Stop it in order within 3 s, else give it up with what it has not delivered; 5 s at most.

    It is seen through although the caller may be cancelled. Raises nothing but such a cancellation.
    """
    await to_the_end(_stop(producer))


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(STOP_LIMIT):
            await producer.stop()
    except Exception as error:  # noqa: BLE001 - it is given up for good, whatever it says
        log.warning("producer did not stop in order", error=type(error).__name__)
        await _abandon(producer)


async def _abandon(producer: AIOKafkaProducer) -> None:
    """Take away what `stop` leaves where it is cut off: a sender that tries again for ever, and its connections."""
    # aiokafka (0.14) never lets an idempotent batch expire, and waits for all batches before it ends anything.
    sender = producer._sender.sender_task
    try:
        async with asyncio.timeout(ABANDON_LIMIT):
            if sender is not None:
                sender.cancel()
            await producer.client.close()  # ends the requests under way, for which the sender waits
            if sender is not None:
                await asyncio.wait([sender])
    except Exception as error:  # noqa: BLE001 - nothing is left to be tried
        log.error("producer not given up in order", error=type(error).__name__)
    # Whoever waits for a delivery, the task in which aiokafka waits for all of them too, learns that none will come.
    producer._message_accumulator.fail_all(KafkaConnectionError("the producer was given up"))
