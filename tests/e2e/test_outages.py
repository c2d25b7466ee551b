"""One server or service away at a time: the others go on, and nothing that was accepted is lost."""

import time

import httpx2
import pytest

from devstack.project import SERVICES
from tests.e2e.conftest import Clients, Create
from tests.support.stack import Stack
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

BODY = {"customer_id": "outage", "subject": "Printer", "message": "It is on fire"}
BACK = 90.0
"""Seconds within which everything must have recovered from an outage, on a busy machine."""


async def _readable(clients: Clients, made: httpx2.Response) -> None:
    token = {"consistency-token": made.headers["consistency-token"], "prefer": "wait=10"}

    async def read() -> bool:
        try:
            answer = await clients.query.get(made.headers["location"], headers=token)
        except httpx2.TransportError:
            return False
        return answer.status_code == 200 and answer.headers["consistency"] == "satisfied"

    await eventually(read, "what was accepted can be read", BACK)


async def test_without_kafka_commands_are_accepted_and_published_later(
    stack: Stack, clients: Clients, create: Create
) -> None:
    await stack.stop("kafka")
    try:
        made = await create()
        assert (await clients.command.get("/readyz")).status_code == 200

        async def behind() -> bool:
            return bool((await clients.command.get("/freshness")).json()["lag_ms"] > 0)

        await eventually(behind, "freshness says that Kafka is behind the store")
        assert (await clients.query.get("/tickets")).status_code == 200
        assert (await clients.query.get("/readyz")).status_code == 200
    finally:
        await stack.start("kafka")
    await _readable(clients, made)

    async def ready() -> bool:
        return (await clients.projector.get("/readyz")).status_code == 200

    await eventually(ready, "the projector is ready again", BACK)


async def test_without_its_database_the_command_service_stores_nothing_and_says_when_to_come_back(
    stack: Stack, clients: Clients
) -> None:
    key = {"idempotency-key": f"outage-{time.time_ns()}"}
    await stack.stop("mongo-command")
    try:
        refused = await clients.command.post("/tickets", json=BODY, headers=key)
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        assert (await clients.command.get("/readyz")).status_code == 503
        assert (await clients.command.get("/healthz")).status_code == 200
    finally:
        await stack.start("mongo-command")

    async def accepted() -> httpx2.Response | None:
        answer = await clients.command.post("/tickets", json=BODY, headers=key)
        return answer if answer.status_code == 201 else None

    made = await eventually(accepted, "commands are accepted again", BACK)
    assert made is not None
    await _readable(clients, made)


async def test_without_its_database_the_query_service_says_so_and_catches_up(
    stack: Stack, clients: Clients, create: Create
) -> None:
    await stack.stop("mongo-query")
    try:
        made = await create()
        refused = await clients.query.get("/tickets")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert "retry-after" in refused.headers
    finally:
        await stack.start("mongo-query")
    await _readable(clients, made)


async def test_without_its_database_the_projector_waits_and_parks_nothing(
    stack: Stack, clients: Clients, create: Create
) -> None:
    await stack.stop("mongo-projector")
    try:
        made = await create()
        assert (await clients.projector.get("/readyz")).status_code == 503
        behind = await clients.query.get(
            made.headers["location"],
            headers={"consistency-token": made.headers["consistency-token"], "prefer": "wait=1"},
        )
        assert (behind.status_code, behind.json()["code"]) == (503, "read-model-behind")
    finally:
        await stack.start("mongo-projector")
    await _readable(clients, made)


@pytest.mark.parametrize("service", SERVICES)
async def test_told_to_stop_a_service_ends_in_time(
    stack: Stack, clients: Clients, create: Create, service: str
) -> None:
    made = await create()
    started = time.monotonic()
    await stack.stop(service)
    took = time.monotonic() - started
    await stack.start(service)
    assert took < 10, f"{service} took {took:.1f} s to end"
    await _readable(clients, made)
