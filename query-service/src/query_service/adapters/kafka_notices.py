"""Hears from the projector which generations of the read topics there are."""

import asyncio
from collections.abc import Callable

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from ticket_contracts.generations import FIRST_GENERATION, GenerationNotice, GenerationState

log = structlog.get_logger(__name__)

POLL_MS = 1_000
PAUSE = 2.0
CALL_LIMIT = 15.0


class GenerationNotices:
    """What has been heard so far; nothing before the topic has once been read to its end."""

    def __init__(self, topic: str, make_consumer: Callable[[], AIOKafkaConsumer]) -> None:
        self._partition = TopicPartition(topic, 0)
        self._make_consumer = make_consumer
        self._heard: dict[int, GenerationNotice] = {}
        self._complete = False

    @property
    def serving(self) -> int | None:
        """The highest generation that serves; None before that is known."""
        return self.highest() if self._complete else None

    def highest(self) -> int:
        """Return the highest generation heard of that serves, the first where none was named."""
        numbers = (n for n, notice in self._heard.items() if notice.state is GenerationState.SERVING)
        return max(numbers, default=FIRST_GENERATION)

    def same_log(self, since: int, until: int) -> bool:
        """Say whether all generations above `since`, up to `until`, were made from the log that `since` was."""
        return all(notice.same_log for n, notice in self._heard.items() if since < n <= until)

    async def run(self) -> None:
        """Listen for ever; a broker that is away is waited for."""
        while True:
            try:
                await self._listen()
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("notices of generations not read", error=type(error).__name__)
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        consumer = self._make_consumer()
        try:
            await consumer.start()
            consumer.assign([self._partition])
            await consumer.seek_to_beginning(self._partition)
            async with asyncio.timeout(CALL_LIMIT):
                end = (await consumer.end_offsets([self._partition]))[self._partition]
            while True:
                self._complete = self._complete or await consumer.position(self._partition) >= end
                for record in (await consumer.getmany(timeout_ms=POLL_MS)).get(self._partition, ()):
                    self.hear(record.value)
        finally:
            await consumer.stop()

    def hear(self, value: bytes | None) -> None:
        """Take the value of a record; one that cannot be read says nothing."""
        try:
            notice = GenerationNotice.model_validate_json(value or b"")
        except ValidationError:
            log.error("unreadable notice of a generation")
            return
        self._heard[notice.generation] = notice
