"""Calls that are given up while the database is away harm no others."""

import asyncio

import pytest
from pymongo.asynchronous import pool
from pymongo.errors import ServerSelectionTimeoutError

from ticket_chassis.mongo import connect
from ticket_chassis.mongo_waiting import mend_waiting
from ticket_chassis.settings import ServiceSettings


async def given_up_twice(call: "asyncio.Task[None]", after: float) -> None:
    await asyncio.sleep(after)
    for _ in range(2):
        call.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await call


async def test_calls_that_are_given_up_while_they_wait_harm_no_others() -> None:
    settings = ServiceSettings(
        mongo_uri="mongodb://127.0.0.1:1/?replicaSet=away",
        mongo_database="d",
        kafka_bootstrap_servers="127.0.0.1:1",
        port=0,
    )

    async def call() -> None:
        await client["d"]["c"].find_one({})

    async with connect(settings) as client, asyncio.timeout(20):
        # They wait in steps of half a second; these are given up in between and just at the end of one.
        given_up = [given_up_twice(asyncio.create_task(call()), 0.4 + number / 1000) for number in range(200)]
        others = asyncio.gather(*(call() for _ in range(10)), return_exceptions=True)
        await asyncio.gather(*given_up)
        assert [type(error) for error in await others] == [ServerSelectionTimeoutError] * 10


class Connection:
    """Takes a message at once, as a connection of PyMongo does."""

    gettimeout = 5.0

    async def write(self, message: bytes) -> None:
        """Take it."""


@pytest.mark.parametrize("turns", range(6))
async def test_a_call_that_is_given_up_while_it_sends_ends(turns: int) -> None:
    mend_waiting()

    async def call() -> None:
        await pool.async_sendall(Connection(), b"a message")  # type: ignore[attr-defined, arg-type]
        await asyncio.Event().wait()

    given_up = asyncio.create_task(call())
    for _ in range(turns):
        await asyncio.sleep(0)
    given_up.cancel()
    await asyncio.wait([given_up], timeout=1)
    assert given_up.cancelled()
