"""A change is told to whoever listens, by the database and the user that the stack comes with."""

import asyncio

import pytest

from tests.e2e.conftest import Clients, Create

pytestmark = pytest.mark.e2e

DEADLINE_S = 30.0


async def test_a_ticket_written_is_told_to_a_listener(clients: Clients, create: Create) -> None:
    async with asyncio.timeout(DEADLINE_S), clients.query.stream("GET", "/stream?customer_id=listened-to") as stream:
        assert stream.status_code == 200, await stream.aread()
        assert "content-encoding" not in stream.headers
        lines = stream.aiter_lines()
        assert "event: ready" in [await anext(lines) for _ in range(3)]
        ticket = (await create(customer_id="listened-to")).json()["id"]
        async for line in lines:
            if ticket in line:
                return
    pytest.fail("the stream ended")
