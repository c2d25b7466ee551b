"""A measurement that is told to end leaves nothing behind."""

import asyncio
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.waiting import eventually

RUNNER = """
import asyncio, signal, sys, time
from pathlib import Path
from tests.load.bench.processes import serving_app, wait_for
from tests.load.ending import ended_in_order

diary = Path(sys.argv[1])
# Whoever runs the tests in the background may have had these ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, getattr(signal, sys.argv[2]))

async def measure():
    async with serving_app("http.server", "--bind", "127.0.0.1", port_at=0) as server:
        await wait_for(server, "/", 30)
        diary.write_text(f"{server.process.pid}")
        await asyncio.sleep(60)

with ended_in_order():
    try:
        asyncio.run(measure())
    finally:
        diary.write_text("ending")
        time.sleep(0.5)
        diary.write_text("servers are gone")
"""


async def measuring(diary: Path, hang_up: str) -> asyncio.subprocess.Process:
    command = (sys.executable, "-c", RUNNER, str(diary), hang_up)
    return await asyncio.create_subprocess_exec(*command, start_new_session=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_told_to_end_it_takes_all_that_it_started_with_it(tmp_path: Path, number: signal.Signals) -> None:
    diary = tmp_path / "diary"

    async def says(word: str) -> bool:
        return diary.exists() and diary.read_text() == word

    async def is_measuring() -> bool:
        return diary.exists() and diary.read_text().isdigit()

    process = await measuring(diary, "SIG_DFL")
    try:
        await eventually(is_measuring, "it measures", deadline=60)
        service = psutil.Process(int(diary.read_text()))
        process.send_signal(number)
        await eventually(lambda: says("ending"), "it ends", deadline=30)
        if number != signal.SIGINT:
            process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), 30) != 0
    finally:
        if process.returncode is None:
            process.kill()
    assert diary.read_text() == "servers are gone"
    assert not service.is_running()


async def test_what_is_not_to_end_it_does_not(tmp_path: Path) -> None:
    diary = tmp_path / "diary"

    async def is_measuring() -> bool:
        return diary.exists() and diary.read_text().isdigit()

    process = await measuring(diary, "SIG_IGN")
    try:
        await eventually(is_measuring, "it measures", deadline=60)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        # Of two that wait the lower number is heard first, which is that of hanging up.
        assert await asyncio.wait_for(process.wait(), 30) == 128 + signal.SIGTERM
    finally:
        if process.returncode is None:
            process.kill()
