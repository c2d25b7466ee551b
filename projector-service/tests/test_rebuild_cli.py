"""`projector rebuild` as operators type it: what it prints, and its exit codes."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from projector_service.settings import Settings
from tests.support.projector import EventLog, caught_up, created, new_id, projecting
from tests.support.waiting import eventually

pytestmark = pytest.mark.stack


async def typed(settings: Settings, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run the command line; returns its exit code and all that it printed."""
    environment = dict(os.environ, **variables) | {
        "MONGO_URI": settings.mongo_uri.get_secret_value(),
        "MONGO_DATABASE": settings.mongo_database,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TOPIC_PREFIX": settings.topic_prefix,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from projector_service.cli import main; main()", "rebuild", *arguments,
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_a_start_whose_topics_cannot_be_made_says_why_and_is_gone_on_with(
    settings: Settings, event_log: EventLog
) -> None:
    await event_log.send(created(new_id()))
    code, said = await typed(settings, "start", TOPIC_REPLICATION_FACTOR="3")
    assert (code, "Replication" in said, "Traceback" in said) == (1, True, False), said
    code, said = await typed(settings, "start", TOPIC_MIN_INSYNC_REPLICAS="1")
    assert (code, "generation 2 is being built" in said) == (0, True), said
    code, said = await typed(settings, "abort")
    assert (code, "generation 2 is gone" in said) == (0, True), said


async def test_a_whole_rebuild_by_hand(settings: Settings, event_log: EventLog) -> None:
    await event_log.send(created(new_id()))
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        code, said = await typed(settings, "compare")
        assert (code, "projector rebuild start" in said) == (1, True)
        code, said = await typed(settings, "start", "--rate", "1000")
        assert (code, "projector rebuild status" in said) == (0, True)
        code, said = await typed(settings, "start")
        assert (code, "being built" in said) == (1, True)

        async def read() -> bool:
            code, said = await typed(settings, "status", "--json")
            assert code == 0
            found = json.loads(said)
            assert (found["serving"], found["generation"], found["state"]) == (1, 2, "building")
            return bool(found["left"] == 0)

        await eventually(read, "the new generation has read the log")
        code, said = await typed(settings, "status")
        assert (code, "generation 1 serves" in said, "0 messages to read" in said) == (0, True, True)
        code, said = await typed(settings, "compare")
        assert (code, "1 views" in said) == (0, True)
        code, said = await typed(settings, "clean")
        assert (code, "abort" in said) == (1, True)
        code, said = await typed(settings, "cutover")
        assert (code, "generation 2 serves" in said) == (0, True)
        code, said = await typed(settings, "clean")
        assert (code, "generation 1 is gone" in said) == (0, True)
        assert (await typed(settings, "abort"))[1].strip() == "there is nothing to remove"
