"""What is begun under a lease ends with it, whatever else is going on."""

import asyncio

import pytest

from command_service.leasing.lease import LeaseLost
from command_service.leasing.together import together


async def deaf(ended: list[str], *, to: int) -> None:
    """Wait for ever, and miss the first cancellations, as PyMongo 4.20 may do."""
    for _ in range(to):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue
    try:
        await asyncio.Event().wait()
    finally:
        ended.append("deaf")


async def fails() -> None:
    """Find the lease lost."""
    await asyncio.sleep(0.05)
    raise LeaseLost("gone")


async def test_who_is_cancelled_while_others_end_leaves_none_behind() -> None:
    ended: list[str] = []
    # As in a session: the inner one is at its end when the outer one, too, learns that the lease is lost.
    run = asyncio.create_task(together(deaf(ended, to=2), fails()))
    await asyncio.sleep(0.2)
    for _ in range(2):
        run.cancel()
        await asyncio.sleep(0.01)
    assert not run.done()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(run), 10)
    assert ended == ["deaf"]
