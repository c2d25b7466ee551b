"""A loop that stands still is told of, with the place; one that turns is not."""

import subprocess
import sys

PROGRAM = """
import asyncio, time
from ticket_chassis.standstill import standstill_noted

def the_culprit():
    time.sleep({blocked})

async def main():
    async with standstill_noted(0.4):
        await asyncio.sleep(0.6)
        the_culprit()
        await asyncio.sleep(0.6)

asyncio.run(main())
"""


def said_by(blocked: float) -> str:
    """Return what a process writes to stderr whose loop stands still for so many seconds."""
    program = [sys.executable, "-c", PROGRAM.format(blocked=blocked)]
    return subprocess.run(program, capture_output=True, text=True, timeout=30, check=True).stderr  # noqa: S603 - ours


def test_a_loop_that_stands_still_says_where() -> None:
    assert "in the_culprit" in said_by(blocked=1.5)


def test_one_that_turns_says_nothing() -> None:
    assert said_by(blocked=0) == ""
