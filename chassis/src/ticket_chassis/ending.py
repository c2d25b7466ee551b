"""An end that is seen through, whatever becomes of the one who waits for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def to_the_end(work: Coroutine[Any, Any, None], limit: float | None = None) -> None:
    """Run `work` to its end, `limit` seconds at most, although the caller may be cancelled again and again.

    Raises what `work` raised, TimeoutError where it was given up; but a cancellation that came meanwhile goes first.
    """
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    due = None if limit is None else loop.time() + limit
    cancelled: asyncio.CancelledError | None = None
    while not task.done() and (due is None or loop.time() < due):
        try:
            await asyncio.wait([task], timeout=None if due is None else due - loop.time())
        except asyncio.CancelledError as error:
            cancelled = error
    given_up = not task.done()
    if given_up:
        task.cancel()
    failure = None if given_up or task.cancelled() else task.exception()
    if cancelled is not None:
        raise cancelled
    if given_up:
        raise TimeoutError(f"not ended within {limit} s")
    if failure is not None:
        raise failure
