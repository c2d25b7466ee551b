"""A measurement that is told to end leaves nothing behind."""

import asyncio
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.waiting import eventually

RUNNER = """
import asyncio, sys, time
from pathlib import Path
from tests.load.bench.processes import serving_app, wait_for
from tests.load.ending import ended_in_order

diary = Path(sys.argv[1])

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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_told_to_end_it_takes_all_that_it_started_with_it(tmp_path: Path, number: signal.Signals) -> None:
    diary = tmp_path / "diary"

    async def says(word: str) -> bool:
        return diary.exists() and diary.read_text() == word

    async def is_measuring() -> bool:
        return diary.exists() and diary.read_text().isdigit()

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", RUNNER, str(diary), start_new_session=True)
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
