"""Await a condition with a deadline."""

import asyncio
from collections.abc import Callable

DEADLINE = 30.0


async def until(condition: Callable[[], bool]) -> None:
    """Return once `condition` holds; TimeoutError after 30 s."""
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110 - a condition of any kind, which no event announces
            await asyncio.sleep(0.001)
