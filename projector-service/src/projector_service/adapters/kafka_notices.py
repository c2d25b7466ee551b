"""Tells readers which generation serves, on tickets.generations.v1."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer

from projector_service.domain.generations import Generation, State
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
    async with asyncio.timeout(NOTICE_LIMIT), make_producer() as producer:
        for generation in told:
            notice = GenerationNotice(
                generation=generation.number,
                state=_TOLD[generation.state],
                same_log=generation.same_log,
                at=datetime.now(UTC),
            )
            key = str(generation.number).encode()
            await producer.send_and_wait(topic, notice.model_dump_json().encode(), key=key, partition=0)
