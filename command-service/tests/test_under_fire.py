"""Two real instances on one database, and clients that are killed, retry and race."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

Served = Any  # the one of conftest.py, which cannot be imported

KEYS = 1_000
CLIENTS = 50
TIMES = 3
TICKETS = 100
ROUNDS = 4
JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def clients(served: Served) -> AsyncIterator[list[httpx2.AsyncClient]]:
    """One client for each instance."""
    limits = httpx2.Limits(max_connections=CLIENTS)
    made = [httpx2.AsyncClient(base_url=url, timeout=60, limits=limits) for url in served.urls]
    yield made
    for client in made:
        await client.aclose()


async def killed(url: str, path: str, body: bytes, key: str, chance: random.Random) -> None:
    """Send a request, or a part of it, and drop the connection without waiting for the answer."""
    address = urlsplit(url)
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    whole = head.encode() + body
    writer.write(whole[: len(whole) if chance.random() < 0.7 else chance.randrange(len(whole))])
    await writer.drain()
    await asyncio.sleep(chance.random() * 0.01)
    writer.transport.abort()


async def answer_of(client: httpx2.AsyncClient, body: bytes, key: str) -> tuple[int, str, str | None, str | None]:
    """Send until there is an answer that decides, as a client does; return it."""
    while True:
        answer = await client.post("/tickets", content=body, headers=JSON | {"Idempotency-Key": key})
        if answer.status_code not in (409, 503):
            kept = answer.headers
            return answer.status_code, answer.text, kept.get("location"), kept.get("consistency-token")
        assert answer.json()["code"] in ("key-in-use", "unavailable", "overloaded")


async def test_each_key_has_one_event_and_one_answer(served: Served, clients: list[httpx2.AsyncClient]) -> None:
    prefix, seed = uuid4().hex, random.randrange(2**32)
    bodies = {
        f"{prefix}-{n}": json.dumps({"customer_id": f"c{n % 90}", "subject": f"s{n}", "message": "m"}).encode()
        for n in range(KEYS)
    }
    answers: dict[str, set[Any]] = {key: set() for key in bodies}
    sends = [key for key in bodies for _ in range(TIMES)]
    random.Random(seed).shuffle(sends)
    waiting = iter(sends)

    async def one_client(number: int) -> None:
        chance = random.Random(seed + number)
        for key in waiting:
            if chance.random() < 0.3:
                await killed(chance.choice(served.urls), "/tickets", bodies[key], key, chance)
            answers[key].add(await answer_of(chance.choice(clients), bodies[key], key))

    async with asyncio.TaskGroup() as group:
        for number in range(CLIENTS):
            group.create_task(one_client(number))

    assert {len(each) for each in answers.values()} == {1}, f"seed {seed}"
    rows = list(served.own["events"].find({"key": {"$regex": f"^{prefix}"}}, {"key": 1, "ticket_id": 1}))
    assert len(rows) == KEYS
    for row in rows:
        ((status, body, location, token),) = answers[row["key"]]
        ticket = row["ticket_id"]
        assert (status, location, token) == (201, f"/tickets/{ticket}", f"{ticket}:1")
        assert json.loads(body) == {"id": str(UUID(ticket)), "version": 1, "status": "open"}


async def test_of_two_optimistic_clients_one_wins_each_version(
    served: Served, clients: list[httpx2.AsyncClient]
) -> None:
    new = {"customer_id": "c", "subject": "s", "message": "m"}
    tickets = [(await clients[0].post("/tickets", json=new)).json()["id"] for _ in range(TICKETS)]
    won: dict[str, list[int]] = {ticket: [] for ticket in tickets}

    async def one_client(client: httpx2.AsyncClient, ticket: str, name: str) -> int:
        """Change the ticket ROUNDS times, each time on the version last known; return how often that was lost."""
        known, mine, losses = 1, 0, 0
        while mine < ROUNDS:
            note = {"note": f"{name} {mine}"}
            path, tag = f"/tickets/{ticket}/agent-note", f'"{known}"'
            answer = await client.post(path, json=note, headers={"If-Match": tag})
            if answer.status_code == 200:
                assert answer.json()["version"] == known + 1
                won[ticket].append(known + 1)
                mine += 1
            else:
                assert (answer.status_code, answer.json()["code"]) == (412, "version-mismatch")
                losses += 1
            # Either way somebody made this version: it is the next one's to build on.
            known += 1
        return losses

    async with asyncio.TaskGroup() as group:
        races = [
            group.create_task(one_client(client, ticket, f"{number}"))
            for ticket in tickets
            for number, client in enumerate(clients)
        ]
    lost = sum(race.result() for race in races)
    assert lost > 0
    for ticket in tickets:
        assert sorted(won[ticket]) == list(range(2, 2 + 2 * ROUNDS))
        rows = served.own["events"].find({"ticket_id": ticket}, {"version": 1}).sort("version")
        assert [row["version"] for row in rows] == list(range(1, 2 + 2 * ROUNDS))
