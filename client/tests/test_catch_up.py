from typing import Any

import pytest

from client.tests.fake_http import json
from client.tests.scripted import Scripted
from ticket_client.catch_up import NotCaughtUpError, caught_up
from ticket_client.commands import CommandService
from ticket_client.queries import QueryService


def store(lag_ms: float, *published: int) -> Any:
    return json({"lag_ms": lag_ms, "partitions": [{"partition": n, "published": at} for n, at in enumerate(published)]})


def reads(**applied: int) -> Any:
    positions = [{"partition": int(n[1:]), "applied": at, "published": 99, "lag_ms": 1} for n, at in applied.items()]
    return json({"lag_ms": 1, "partitions": positions})


async def wait(told: list[Any], answered: list[Any], timeout: float = 60) -> tuple[list[int], Scripted, Scripted]:
    behind: list[int] = []
    command, query = Scripted(told), Scripted(answered)
    async with (
        CommandService("http://commands", transport=command) as commands,
        QueryService("http://queries", transport=query) as queries,
    ):
        await caught_up(commands, queries, timeout, behind.append, poll=0)
    return behind, command, query


async def test_first_the_store_is_published_then_every_partition_applied() -> None:
    told = [store(250, 5, 1), store(0, 9, 4)]
    answered = [reads(), reads(p0=9), reads(p0=9, p1=3), reads(p0=10, p1=4)]
    behind, command, query = await wait(told, answered)
    assert behind == [15, 5, 1, 0]
    assert (len(command.requests), len(query.requests)) == (2, 4)


async def test_an_empty_store_needs_nothing_applied() -> None:
    assert (await wait([store(0, -1, -1)], [reads()]))[0] == [0]


@pytest.mark.parametrize(
    ("told", "answered", "message"),
    [([store(40, 5)], [], "its lag is 40 ms"), ([store(0, 5)], [reads(p0=2)], "3 messages behind")],
)
async def test_the_wait_ends_and_says_where(told: list[Any], answered: list[Any], message: str) -> None:
    with pytest.raises(NotCaughtUpError, match=message):
        await wait(told, answered, timeout=0)
