"""What is begun under a lease ends with it, whatever else is going on."""

import asyncio

import pytest

from command_service.leasing.ending import to_the_end
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


async def test_an_end_is_seen_through_and_then_the_cancellation_goes_on() -> None:
    done: list[str] = []

    async def close() -> None:
        await asyncio.sleep(0.2)
        done.append("closed")

    ending = asyncio.create_task(to_the_end(close(), 5))
    for _ in range(3):
        await asyncio.sleep(0.02)
        ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert done == ["closed"]


async def test_an_end_that_does_not_come_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        await to_the_end(deaf([], to=0), 0.05)


async def test_what_an_end_raises_is_raised() -> None:
    with pytest.raises(LeaseLost):
        await to_the_end(fails(), 5)
