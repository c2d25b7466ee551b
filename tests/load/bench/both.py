"""Two things at once, of which neither goes on once the other has failed: the next row would be measured beside it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def both(one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """Return what both return; raises an ExceptionGroup once both have ended."""
    async with asyncio.TaskGroup() as tasks:
        first, second = tasks.create_task(one), tasks.create_task(other)
    return first.result(), second.result()
