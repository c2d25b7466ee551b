"""Where an event loop stands that has stopped turning: nothing else can say it, for nothing else runs."""

import asyncio
import faulthandler
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

STANDSTILL_SECONDS = 20.0
LOOKS = 4
"""Signs of life in that time."""


@asynccontextmanager
async def standstill_noted(seconds: float = STANDSTILL_SECONDS) -> AsyncIterator[None]:
    """Have all threads' stacks written to stderr once the loop has not turned for so long, as long as the block lasts.

    By a thread of the interpreter that needs no lock of it. A process that was frozen for so long says it as well.
    """
    alive = asyncio.create_task(_show_life(seconds), name="standstill")
    try:
        yield
    finally:
        alive.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _show_life(seconds: float) -> None:
    while True:
        faulthandler.dump_traceback_later(seconds, file=sys.__stderr__ or sys.stderr)
        await asyncio.sleep(seconds / LOOKS)
