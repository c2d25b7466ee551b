"""A first fill reads histories last: lists and dashboards are there long before them."""

from aiokafka import TopicPartition

from query_service.adapters.kafka_fill import FirstFillReading
from query_service.domain.progress import Positions
from ticket_contracts.topics import STATS, TIMELINE, VIEWS, WATERMARKS

TOPICS = {"p." + topic.name: topic for topic in (VIEWS, TIMELINE, STATS, WATERMARKS)}
HISTORIES = {TopicPartition("p." + TIMELINE.name, partition) for partition in (3, 4)}
ENDS = {3: Positions(views=9, timeline=90, stats=4, watermarks=0), 4: Positions(views=-1, timeline=-1, stats=-1)}


class Paused:
    """What FirstFillReading needs of a consumer."""

    def __init__(self) -> None:
        self.partitions: set[TopicPartition] = set()

    def pause(self, *partitions: TopicPartition) -> None:
        self.partitions |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self.partitions -= set(partitions)


def test_the_timeline_waits_for_all_else_and_the_fill_for_the_timeline() -> None:
    consumer = Paused()
    fill = FirstFillReading(consumer, TOPICS, ENDS)
    assert consumer.partitions == HISTORIES
    assert not fill.is_over({3: Positions(views=9, stats=3, watermarks=0), 4: Positions()})
    assert consumer.partitions == HISTORIES
    assert not fill.is_over({3: Positions(views=9, stats=4, watermarks=0), 4: Positions()})
    assert not consumer.partitions
    assert fill.is_over({3: Positions(views=12, timeline=90, stats=4, watermarks=5), 4: Positions()})
