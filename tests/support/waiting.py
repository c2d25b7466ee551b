"""Awaits conditions, with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

T = TypeVar("T")

DEADLINE = 30.0
POLL = 0.05


async def eventually(check: Callable[[], Awaitable[T]], what: str, deadline: float = DEADLINE, poll: float = POLL) -> T:
    """Return the first true result of `check`; fails the test when none comes within `deadline` seconds."""
    try:
        async with asyncio.timeout(deadline):
            while not (result := await check()):  # noqa: ASYNC110 - what is awaited is in another process
                await asyncio.sleep(poll)
            return result
    except TimeoutError:
        pytest.fail(f"{what}: not within {deadline} s")
