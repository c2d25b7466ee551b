"""What becomes of a member's partitions when its process dies, and when it ends in order. On a real broker."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.support.topics import delete_topics

pytestmark = pytest.mark.stack

PARTITIONS = 4
SOON = 12.0
"""Seconds; far less than the session of 30 s."""

Member = Any


@pytest.fixture
async def member(kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[Member]:
    """Yield a context that runs a member of a group under a name."""
    topic = f"{topic_prefix}.t"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    await admin.close()

    @asynccontextmanager
    async def run(name: str) -> AsyncIterator[Process]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "chassis.tests.trial_member", topic, topic, name),
            env=os.environ | {"KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap},
            stdout=PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    yield run
    await delete_topics(kafka_bootstrap, topic_prefix)


async def has(process: Process, partitions: int, within: float = SOON) -> bool:
    """Say whether the member says that it has so many partitions, in time."""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(within):
            while int(await process.stdout.readline()) != partitions:
                continue
    except TimeoutError:
        return False
    return True


async def test_a_named_member_that_was_killed_has_its_partitions_at_once_when_it_comes_back(member: Member) -> None:
    async with member("one") as first:
        assert await has(first, PARTITIONS)
        first.kill()
    async with member("one") as again:
        assert await has(again, PARTITIONS)


async def test_one_without_a_name_waits_for_the_end_of_the_session(member: Member) -> None:
    async with member("") as first:
        assert await has(first, PARTITIONS)
        first.kill()
    async with member("") as again:
        assert not await has(again, PARTITIONS, within=5)


async def test_a_named_member_that_ends_in_order_leaves_its_partitions_to_the_others(member: Member) -> None:
    async with member("one") as first, member("two") as second:
        assert await has(second, PARTITIONS // 2)
        first.terminate()
        assert await has(second, PARTITIONS)
