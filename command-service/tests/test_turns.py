"""One at a time per name."""

import asyncio

import pytest

from command_service.execution.turns import Turns, WaitedTooLong


async def test_turns_come_in_order_and_leave_nothing_behind() -> None:
    turns, order = Turns(), []

    async def one(number: int) -> None:
        async with turns.take("ticket"):
            order.append(number)
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*(one(number) for number in range(5)))
    assert order == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert not len(turns)


async def test_other_names_do_not_wait() -> None:
    turns = Turns()
    async with turns.take("a"), turns.take("b"):
        assert len(turns) == 2


async def test_who_gives_up_waiting_blocks_nobody() -> None:
    turns = Turns()
    async with turns.take("a"):
        with pytest.raises(WaitedTooLong):
            async with turns.take("a", limit=0.01):
                pytest.fail("it was not our turn")
        cancelled = asyncio.create_task(turns.take("a").__aenter__())
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
    async with turns.take("a", limit=0.01):
        assert len(turns) == 1
    assert not len(turns)


async def test_a_turn_that_comes_while_giving_up_is_passed_on() -> None:
    turns = Turns()
    holder = turns.take("a")
    await holder.__aenter__()
    second, third = (asyncio.create_task(turns.take("a").__aenter__()) for _ in range(2))
    await asyncio.sleep(0)
    await holder.__aexit__(None, None, None)
    second.cancel()
    await asyncio.wait_for(third, 1)
