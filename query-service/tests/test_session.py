"""A session of ingest that fails: whether it has come forward decides how soon the next one begins."""

from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from pymongo.errors import AutoReconnect

from query_service.adapters.kafka_ingest import Session
from query_service.domain.progress import Positions
from query_service.ingest.metrics import IngestMetrics
from query_service.ingest.records import READ_TOPICS, Round
from ticket_chassis.metrics import Metrics


class OnePartition:
    """What a session needs of a consumer: one message of each topic has been read."""

    def subscribe(self, topics: Collection[str], listener: Any) -> None:
        self._all = {TopicPartition(topic, 0) for topic in topics}
        self._listener = listener

    async def start(self) -> None:
        await self._listener.on_partitions_assigned(self._all)

    async def stop(self) -> None:
        pass

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return {0}

    async def end_offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 1)

    async def beginning_offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    def seek(self, _partition: TopicPartition, _offset: int) -> None:
        pass

    async def getmany(self, **_limits: int) -> dict[TopicPartition, list[Any]]:
        return {}

    async def position(self, _partition: TopicPartition) -> int:
        return 1

    def assignment(self) -> set[TopicPartition]:
        return set()

    async def commit(self) -> None:
        pass


class Writes:
    """Ingest of which as many rounds succeed as it is told; the others find the database gone."""

    def __init__(self, successes: int) -> None:
        self._left = successes
        self.saves = 0
        self.positions = {0: Positions()}
        self.metrics = IngestMetrics(Metrics("trial"))
        self.arrivals = SimpleNamespace(own_partitions=frozenset())

    async def resume(self, _partitions: Collection[int]) -> "Writes":
        return self

    async def apply(self, _found: Round, _positions: Mapping[int, Positions]) -> None:
        self._left -= 1
        if self._left < 0:
            raise AutoReconnect("away")

    async def save(self) -> None:
        self.saves += 1


class Filled:
    """A first fill that is complete."""

    async def begin(self, *_: object) -> None:
        pass

    async def is_complete(self) -> bool:
        return True


def session_of(consumer: OnePartition, ingest: Any) -> Session:
    fill: Any = Filled()
    return Session(consumer, ingest, fill, {topic.name: topic for topic in READ_TOPICS}, is_beside=lambda: False)


@pytest.mark.parametrize("successes", [0, 2])
async def test_a_round_counts_when_it_is_written(successes: int) -> None:
    session = session_of(OnePartition(), Writes(successes))
    with pytest.raises(AutoReconnect):
        await session.run()
    assert session.rounds == successes


async def test_positions_are_saved_when_nothing_has_come_and_before_the_group_is_told() -> None:
    ingest = Writes(1)
    with pytest.raises(AutoReconnect):
        await session_of(OnePartition(), ingest).run()
    assert ingest.saves == 3, "before either round, for nothing had come, and before the one time of telling"


async def test_positions_are_saved_before_another_member_takes_over() -> None:
    ingest, consumer = Writes(0), OnePartition()
    session = session_of(consumer, ingest)
    consumer.subscribe([topic.name for topic in READ_TOPICS], session)
    await consumer.start()
    await session.on_partitions_revoked([])
    assert ingest.saves == 1
