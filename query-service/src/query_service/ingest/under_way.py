"""A round that is being written while the next one is read: the server works on the one, this process on the other."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class UnderWay:
    """At most one write at a time, in the order in which they were begun."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a write has begun whose end nobody has seen yet."""
        return self._task is not None

    def begin(self, write: Coroutine[Any, Any, None]) -> None:
        """Begin the next write; the end of the one before must have been seen."""
        assert self._task is None  # noqa: S101 - or its failure would be lost, and what comes behind it stored
        self._task = asyncio.create_task(write)

    async def end(self) -> None:
        """Return once nothing is being written; raises what the write raised. Cancelled, it ends the write, too."""
        task, self._task = self._task, None
        if task is not None:
            await task

    async def abandon(self) -> None:
        """End the write where it is. Its round comes again, for its positions are stored last."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
