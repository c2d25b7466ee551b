"""The group's commit: given up after three minutes of failing, and idle time is none of it."""

import asyncio
from collections.abc import Mapping

import pytest
from aiokafka.errors import CommitFailedError

from projector_service.adapters.consumer import GIVE_UP_AFTER, GroupConsumer
from projector_service.ports import Position

POSITIONS = {0: Position(7, "f")}


class Refused(GroupConsumer):
    """Whose group takes no commit; time is told to it."""

    def pass_time(self, seconds: float) -> None:
        """Let time go by."""
        self._reported_at -= seconds

    async def commit(self, positions: Mapping[int, Position]) -> None:
        """See the base."""
        raise CommitFailedError


@pytest.fixture
async def consumer() -> Refused:
    """Return one that has just reported."""
    consumer = Refused("t")
    consumer._reported_at = asyncio.get_running_loop().time()
    return consumer


async def test_three_minutes_of_failing_are_too_many(consumer: Refused) -> None:
    await consumer.report(POSITIONS)
    consumer.pass_time(GIVE_UP_AFTER + 1)
    with pytest.raises(CommitFailedError):
        await consumer.report(POSITIONS)


async def test_hours_without_partitions_are_not(consumer: Refused) -> None:
    consumer.pass_time(3_600)
    await consumer.report({})
    await consumer.report(POSITIONS)
