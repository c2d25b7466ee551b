"""How far behind reading is: in our metrics, and for tools that ask the broker for a group's offsets."""

import asyncio
from collections.abc import Sequence

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from query_service.ingest.metrics import IngestMetrics

log = structlog.get_logger(__name__)

COMMIT_EVERY = 2.0
COMMIT_LIMIT = 0.5


class ToldGroup:
    """Tells the broker what a member of the group has read, and the metrics what it has not; times in seconds."""

    def __init__(self, consumer: AIOKafkaConsumer, metrics: IngestMetrics, topics: Sequence[str]) -> None:
        """Take the topics by their names on the broker."""
        self._consumer = consumer
        self._metrics = metrics
        self._topics = topics
        self._commit_at = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is time to tell again; all that was read must be stored then."""
        return asyncio.get_running_loop().time() >= self._commit_at

    async def tell(self) -> None:
        """Tell it now."""
        self._commit_at = asyncio.get_running_loop().time() + COMMIT_EVERY
        try:
            async with asyncio.timeout(COMMIT_LIMIT):
                await self._measure()
                await self._consumer.commit()
        except (KafkaError, TimeoutError) as error:
            # Lag tools alone read it; our positions are in the database.
            log.info("offsets not committed", error=type(error).__name__)

    def leave(self) -> None:
        """Say nothing more of how far behind reading is: what was last said would stand as if it were so still."""
        for topic in self._topics:
            self._metrics.behind.remove(topic)

    async def _measure(self) -> None:
        behind = dict.fromkeys(self._topics, 0)
        for tp in self._consumer.assignment():
            behind[tp.topic] += max(0, (self._consumer.highwater(tp) or 0) - await self._consumer.position(tp))
        for topic, count in behind.items():
            self._metrics.behind.labels(topic).set(count)
