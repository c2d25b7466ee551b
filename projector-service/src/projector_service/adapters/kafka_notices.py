"""Tells readers which generation serves, on tickets.generations.v1."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from projector_service.domain.generations import Generation, State
from ticket_chassis.producers import stop_producer
from ticket_contracts.generations import GenerationNotice, GenerationState

NOTICE_LIMIT = 10.0

_TOLD = {State.SERVING: GenerationState.SERVING, State.RETIRED: GenerationState.RETIRED}


async def tell_readers(
    make_producer: Callable[[], AIOKafkaProducer], topic: str, generations: Iterable[Generation]
) -> None:
    """Publish the state of each that serves or is retired, within 10 s. Repeating it is harmless.

    The one that serves first: a reader that sees but one of the records must not be left without any.
    """
    told = sorted((g for g in generations if g.state in _TOLD), key=lambda g: -g.number)
    producer = make_producer()
    try:
        async with asyncio.timeout(NOTICE_LIMIT):
            await producer.start()
            for generation in told:
                key, notice = str(generation.number).encode(), _notice(generation).model_dump_json().encode()
                await producer.send_and_wait(topic, notice, key=key, partition=0)
    finally:
        await stop_producer(producer)


def _notice(generation: Generation) -> GenerationNotice:
    return GenerationNotice(
        generation=generation.number,
        state=_TOLD[generation.state],
        same_log=generation.same_log,
        at=datetime.now(UTC),
    )
