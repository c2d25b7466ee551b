"""Run several things that are meant to run for ever; the first that ends, ends all."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def together(*runs: Coroutine[Any, Any, None]) -> None:
    """Run all until the first ends or fails, cancel and await the others, raise what it raised."""
    tasks = [asyncio.create_task(run) for run in runs]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
