"""What the relay does not do for ever, and not once somebody else may lead. Without servers."""

import asyncio
from collections.abc import Collection
from typing import Any

import pytest
from aiokafka import TopicPartition

from command_service.leasing.lease import LeaseLost
from command_service.relay import log_check, watermarks
from command_service.relay.log_check import LogCheck


class Silent:
    """A consumer whose broker went away: it knows of five records in each partition, and none comes."""

    def assign(self, _: Collection[TopicPartition]) -> None:
        """Take partitions."""

    pause = resume = seek = lambda *_: None

    async def end_offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the ends."""
        return dict.fromkeys(partitions, 5)

    async def beginning_offsets(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the starts."""
        return dict.fromkeys(partitions, 0)

    async def getmany(self, timeout_ms: int) -> dict[TopicPartition, Any]:
        """Return nothing."""
        await asyncio.sleep(timeout_ms / 1000)
        return {}

    async def position(self, _: TopicPartition) -> int:
        """Return where it stands."""
        return 0


class HalfSilent(Silent):
    """A consumer that goes on with a partition whose end it has reached, while nothing comes of the others."""

    ended = TopicPartition("tickets.events.v1", 0)

    async def getmany(self, timeout_ms: int) -> dict[TopicPartition, Any]:
        """Return news of the partition that has been read to its end, and of no other."""
        await asyncio.sleep(timeout_ms / 1000)
        return {self.ended: []}

    async def position(self, partition: TopicPartition) -> int:
        """Return where it stands: at the end of one partition alone."""
        return 5 if partition == self.ended else 0


@pytest.mark.parametrize("consumer", [Silent(), HalfSilent()])
async def test_a_log_that_cannot_be_read_to_its_end_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, consumer: Silent
) -> None:
    async def missing(_: object) -> set[str]:
        return set()

    monkeypatch.setattr(log_check, "OFFSETS_LIMIT", 0.1)
    monkeypatch.setattr(log_check, "POLL_MS", 20)
    with pytest.raises(TimeoutError, match="cannot be read"):
        await asyncio.wait_for(LogCheck(consumer, "", "store", missing).run(None), 5)


async def test_no_watermark_is_sent_once_the_lease_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost() -> None:
        raise LeaseLost("gone")

    monkeypatch.setattr(watermarks, "INTERVAL", 0.01)
    nothing: Any = None
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(watermarks.send_watermarks(nothing, "topic", nothing, nothing, lost), 5)
