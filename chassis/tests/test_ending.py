"""An end that is seen through, whatever becomes of the one who waits for it."""

import asyncio

import pytest

from ticket_chassis.ending import to_the_end


async def test_a_cancellation_goes_on_when_the_end_has_come() -> None:
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
    async def never() -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await to_the_end(never(), 0.05)


async def test_what_an_end_raises_is_raised() -> None:
    async def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await to_the_end(fail(), 5)
