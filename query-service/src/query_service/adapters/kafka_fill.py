"""The first fill: what lists, details and dashboards need is read before the histories, and in large rounds."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from query_service.domain.progress import Positions
from ticket_contracts.topics import TIMELINE, Topic

RECORDS_AT_ONCE = 1_500
"""A view that comes several times in a round is written once. All of a round is in memory at a time."""


class FirstFillReading:
    """Holds the timeline back until this member has read its partitions of the other topics to their `ends`."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        make_lists: Callable[[], Coroutine[Any, Any, None]],
        topics: Mapping[str, Topic],
        ends: Mapping[int, Positions],
    ) -> None:
        self._consumer = consumer
        self._make_lists = make_lists
        self._ends = ends
        name = next(name for name, topic in topics.items() if topic is TIMELINE)
        self._held = [TopicPartition(name, partition) for partition in ends]
        self._lists: asyncio.Task[None] | None = None
        consumer.pause(*self._held)

    async def is_over(self, positions: Mapping[int, Positions]) -> bool:
        """Take where reading stands, go on to the timeline once it is time; returns whether all has been read.

        Raises what kept lists from being made ready.
        """
        if self._lists is None:
            if self._has_reached(positions, timeline=False):
                # Beside reading, which must go on: a group gives up a member that takes no records for minutes.
                self._lists = asyncio.create_task(self._make_lists())
            return False
        if not self._lists.done():
            return False
        await self._lists
        if self._held:
            self._consumer.resume(*self._held)
            self._held = []
        return self._has_reached(positions)

    async def stop(self) -> None:
        """Wait no longer for lists to be ready; who goes on makes them so."""
        if self._lists is not None:
            self._lists.cancel()
            await asyncio.gather(self._lists, return_exceptions=True)

    def _has_reached(self, positions: Mapping[int, Positions], *, timeline: bool = True) -> bool:
        return all(
            positions[partition].has_reached(end if timeline else end._replace(timeline=-1))
            for partition, end in self._ends.items()
        )
