"""A service checks its environment before anything else, serves, and ends in order on SIGTERM."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
import pytest

from chassis.tests.waiting import DEADLINE
from devstack.ports import free_port
from ticket_chassis.running import COLLECT_AFTER

SERVICE = "chassis.tests.trial_service"
ENVIRONMENT = {
    "MONGO_URI": "mongodb://trial:s3cret@127.0.0.1:1/trial",
    "MONGO_DATABASE": "trial",
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
}


@asynccontextmanager
async def service(environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """Run the trial service as a process of its own; it is gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", SERVICE, stdout=PIPE, stderr=PIPE, env=os.environ | environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def answered(client: httpx2.AsyncClient, path: str) -> httpx2.Response:
    """Return the answer, as soon as somebody answers; TimeoutError after 30 s."""
    async with asyncio.timeout(DEADLINE):
        while True:
            try:
                return await client.get(path)
            except httpx2.ConnectError:
                await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"PORT": "eighty"}, ["PORT"]),
        ({"PORT": "0", "MONGO_URI": "s3cret", "LOG_LEVEL": "loud"}, ["MONGO_URI", "LOG_LEVEL"]),
    ],
)
async def test_a_bad_environment_ends_with_code_2_and_names_the_variables(
    environment: dict[str, str], named: list[str]
) -> None:
    async with service(ENVIRONMENT | environment) as process:
        out, err = await process.communicate()
    assert process.returncode == 2
    assert out == b""
    (line,) = err.decode().splitlines()
    assert line.startswith("trial-service: environment variables: ")
    assert all(name in line for name in named)
    assert "s3cret" not in line


async def test_connections_are_guarded_and_limited_by_the_environment() -> None:
    port = free_port()
    async with (
        service(ENVIRONMENT | {"PORT": str(port), "MAX_CONCURRENT_REQUESTS": "1"}),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client,
    ):
        await answered(client, "/healthz")
        # Two connections may be open: the client's and this one.
        second, to_second = await asyncio.open_connection("127.0.0.1", port)
        third, to_third = await asyncio.open_connection("127.0.0.1", port)
        to_third.write(b"GET /problems/invalid HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b'"code":"overloaded"' in await third.read()
        to_second.write(b"nonsense\r\n\r\n")
        assert b'"code":"malformed-request"' in await second.read()
        for writer in (to_second, to_third):
            writer.close()


async def test_the_collector_leaves_the_program_alone_and_batches_time() -> None:
    port = free_port()
    async with (
        service(ENVIRONMENT | {"PORT": str(port)}),
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client,
    ):
        collector = (await answered(client, "/collector")).json()
    assert collector["frozen"] > 10_000
    assert collector["after"] == COLLECT_AFTER


async def test_on_sigterm_the_request_in_hand_is_finished() -> None:
    port = free_port()
    async with (
        service(ENVIRONMENT | {"PORT": str(port)}) as process,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client,
    ):
        health = await answered(client, "/healthz")
        assert "server" not in health.headers
        in_hand = asyncio.create_task(client.get("/until-told-to-stop"))
        await answered(client, "/wait-for-the-other-request")
        process.send_signal(signal.SIGTERM)
        assert (await in_hand).json() == "finished"
        async with asyncio.timeout(DEADLINE):
            out, err = await process.communicate()
    assert err == b""
    events = [json.loads(line) for line in out.splitlines()]
    assert {event["service"] for event in events} == {"trial-service"}
    assert "lifespan ended" in [event["event"] for event in events]
