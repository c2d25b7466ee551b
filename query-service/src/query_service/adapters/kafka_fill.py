"""The first fill: what lists, details and dashboards need is read before the histories, and in large rounds."""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition

from query_service.domain.progress import Positions
from ticket_contracts.topics import TIMELINE, Topic

RECORDS_AT_ONCE = 5_000
"""A view that comes several times in a round is written once."""


class FirstFillReading:
    """Holds the timeline back until this member has read its partitions of the other topics to their `ends`."""

    def __init__(self, consumer: AIOKafkaConsumer, topics: Mapping[str, Topic], ends: Mapping[int, Positions]) -> None:
        self._consumer = consumer
        self._ends = ends
        name = next(name for name, topic in topics.items() if topic is TIMELINE)
        self._held = [TopicPartition(name, partition) for partition in ends]
        consumer.pause(*self._held)

    def is_over(self, positions: Mapping[int, Positions]) -> bool:
        """Take where reading stands, go on to the timeline once it is time; returns whether all has been read."""
        if self._held and self._has_reached(positions, timeline=False):
            self._consumer.resume(*self._held)
            self._held = []
        return self._has_reached(positions)

    def _has_reached(self, positions: Mapping[int, Positions], *, timeline: bool = True) -> bool:
        return all(
            positions[partition].has_reached(end if timeline else end._replace(timeline=-1))
            for partition, end in self._ends.items()
        )
