"""Run several things that are meant to run for ever; the first that ends, ends all."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import Any

from ticket_chassis.ending import to_the_end

CANCEL_AGAIN_SECONDS = 0.5


async def together(*runs: Coroutine[Any, Any, None]) -> None:
    """Run all until the first ends or fails, cancel and await the others, raise what it raised.

    Nothing that was begun here is left behind, however often the caller is cancelled: what outlives its session would
    work on under the next one's lease.
    """
    tasks = [asyncio.create_task(run) for run in runs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await to_the_end(_end(tasks))
    for task in done:
        task.result()


async def _end(tasks: Collection[asyncio.Task[None]]) -> None:
    pending = set(tasks)
    while pending:
        # More than once: PyMongo 4.20 may swallow a cancellation that meets the end of a call.
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)
