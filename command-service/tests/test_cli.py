"""The operators' command line, as they type it, on real servers."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from command_service.relay.record import RelayRecords

pytestmark = pytest.mark.stack


Rig = Any  # the one of conftest.py, which cannot be imported

LIMIT = 90.0


async def command(rig: Rig, *arguments: str, answer: str = "") -> tuple[int, str]:
    """Run `command` with the rig's environment; return its exit code and all that it says."""
    environment = {
        "MONGO_URI": rig.settings.mongo_uri.get_secret_value(),
        "MONGO_DATABASE": rig.settings.mongo_database,
        "KAFKA_BOOTSTRAP_SERVERS": rig.settings.kafka_bootstrap_servers,
        "TOPIC_PREFIX": rig.settings.topic_prefix,
    }
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("command")),
        *arguments,
        env=os.environ | environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(LIMIT):
        said, _ = await process.communicate(answer.encode())
    assert process.returncode is not None
    return process.returncode, said.decode()


async def test_republish_says_how_many_and_asks_back(rig: Rig) -> None:
    await rig.write(tickets=2, notes=1)
    code, said = await command(rig, "republish", answer="n\n")
    assert code == 1
    assert "Some 4 events will be published again" in said
    assert (await RelayRecords(rig.own).read()).republication is None
    code, said = await command(rig, "republish", answer="y\n")
    assert code == 0
    assert "no relay leads now" in said
    assert (await RelayRecords(rig.own).read()).republication is not None


async def test_restore_says_what_is_missing_puts_it_back_and_then_nothing_is(rig: Rig) -> None:
    _, running = rig.start()
    (ticket,) = await rig.write(tickets=1, notes=2)
    await rig.published()
    await rig.stop(running)
    await rig.own["events"].delete_many({"version": {"$gt": 1}})
    code, said = await command(rig, "restore-from-kafka", answer="n\n")
    assert code == 1
    assert f"Missing: 2 events of 1 tickets, 0 text keys. The first tickets: {ticket}" in said
    code, said = await command(rig, "restore-from-kafka", "--yes")
    assert (code, said.splitlines()[-1]) == (0, "Put back 2 events and 0 text keys. Start the service.")
    assert await rig.own["events"].count_documents({}) == 3
    code, said = await command(rig, "restore-from-kafka")
    assert code == 0
    assert "Nothing is missing" in said


async def test_restore_is_refused_while_a_relay_leads(rig: Rig) -> None:
    rig.start()
    await rig.write(tickets=1, notes=0)
    await rig.published()
    code, said = await command(rig, "restore-from-kafka", "--yes")
    assert code == 1
    assert "stop every command-service" in said
