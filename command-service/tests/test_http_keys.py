"""Idempotency keys as http.md has them. In memory."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.app import create_app
from command_service.bootstrap import assemble
from ticket_chassis.metrics import Metrics

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}
JSON = {"Content-Type": "application/json"}
NOBODY = str(uuid4())
AWAY = {"group": None, "assignee": None}


@pytest.fixture
def store() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture
async def http(store: MemoryEventStore) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(service=assemble(store, MemoryTextKeys(), Metrics("command")))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        yield client


async def created(http: httpx2.AsyncClient) -> str:
    return str((await http.post("/tickets", json=CREATE)).json()["id"])


def code(answer: httpx2.Response) -> str:
    return str(answer.json()["code"])


def keyed(key: str, **headers: str) -> dict[str, str]:
    return {"Idempotency-Key": key} | {name.replace("_", "-"): value for name, value in headers.items()}


async def test_a_replay_gives_the_first_answer_also_where_if_match_would_fail(http: httpx2.AsyncClient) -> None:
    ticket = await created(http)
    path, headers = f"/tickets/{ticket}/priority", keyed("k", If_Match='"1"')
    first = await http.post(path, json={"priority": "high"}, headers=headers)
    await http.post(f"/tickets/{ticket}/closure")
    for again in (headers, keyed("k", If_Match='"77"'), keyed("k"), keyed('"k"')):
        replay = await http.post(path, json={"priority": "high"}, headers=again)
        assert (replay.status_code, replay.json()) == (200, first.json())
        assert [replay.headers[name] for name in ("etag", "consistency-token")] == ['"2"', f"{ticket}:2"]


async def test_a_replayed_creation_is_answered_like_the_first(http: httpx2.AsyncClient) -> None:
    first = await http.post("/tickets", json=CREATE, headers=keyed("k"))
    ticket = first.json()["id"]
    await http.post(f"/tickets/{ticket}/resolution", json={})
    again = await http.post("/tickets", json=CREATE, headers=keyed("k"))
    assert (again.status_code, again.json()) == (201, {"id": ticket, "version": 1, "status": "open"})
    assert (again.headers["location"], again.headers["etag"]) == (f"/tickets/{ticket}", '"1"')


@pytest.mark.parametrize("key", ["!", "~" * 200, '"' + "x" * 200 + '"', "a,b", 'a"b', "{}", "$where"])
async def test_keys_are_1_to_200_visible_characters(
    http: httpx2.AsyncClient, store: MemoryEventStore, key: str
) -> None:
    for _ in range(2):
        assert (await http.post("/tickets", json=CREATE, headers=keyed(key))).status_code == 201
    assert len(store.events) == 1


async def test_the_fingerprint_covers_data_not_bytes_or_other_headers(http: httpx2.AsyncClient) -> None:
    first = (await http.post("/tickets", json=CREATE, headers=keyed("k"))).json()
    defaults: dict[str, object] = {"priority": "normal", "channel": "web", "tags": [], "external_id": None}
    turned = json.dumps(dict(reversed((CREATE | defaults).items())), indent=3).encode()
    for raw in (turned, b'{"customer_id":"\\u0063","subject":"s","message":"m"}'):
        headers = JSON | keyed("k", X_Correlation_Id="another", User_Agent="another")
        assert (await http.post("/tickets", content=raw, headers=headers)).json() == first
    others = {"priority": "low", "channel": "ivr", "tags": ["t"], "external_id": "e", "customer_contact": "c"}
    for name, value in others.items():
        other = await http.post("/tickets", json=CREATE | {name: value}, headers=keyed("k"))
        assert (other.status_code, code(other)) == (422, "key-reused")


async def test_the_fingerprint_covers_command_and_ticket(http: httpx2.AsyncClient) -> None:
    one, two = await created(http), await created(http)
    reply = {"author": "agent", "message": "m"}
    first = await http.post(f"/tickets/{one}/replies", json=reply, headers=keyed("k"))
    # The same ticket, however its id is written.
    again = await http.post(f"/tickets/{one.upper()}/replies", json=reply, headers=keyed("k"))
    assert again.json() == first.json()
    assert code(await http.post(f"/tickets/{two}/replies", json=reply, headers=keyed("k"))) == "key-reused"
    assert code(await http.post(f"/tickets/{one}/resolution", json={}, headers=keyed("k"))) == "key-reused"
    assert code(await http.post(f"/tickets/{NOBODY}/replies", json=reply, headers=keyed("k"))) == "key-reused"


async def outcome(http: httpx2.AsyncClient, **command: object) -> dict[str, Any]:
    answer = await http.post("/commands", json={"commands": [command]})
    found: dict[str, Any] = answer.json()["outcomes"][0]
    return found


async def test_header_and_batch_replay_each_other(http: httpx2.AsyncClient, store: MemoryEventStore) -> None:
    ticket = await created(http)
    by_header = await http.post(f"/tickets/{ticket}/resolution", json={}, headers=keyed('"k"'))
    command = {"type": "ResolveTicket", "ticket_id": ticket, "data": {"resolution": None}}
    for key in ("k", '"k"'):
        assert (await outcome(http, **command, key=key))["token"] == by_header.headers["consistency-token"]
    occurred = await outcome(http, **command, key="k", occurred_at="2016-02-29T01:16:00Z")
    assert occurred["problem"]["code"] == "key-reused"
    await outcome(http, type="ReopenTicket", ticket_id=ticket, key="r", data={})
    again = await http.post(f"/tickets/{ticket}/reopening", json={}, headers=keyed("r"))
    assert again.json()["version"] == len(store.events) == 3


async def test_the_time_of_a_command_is_part_of_what_it_is(http: httpx2.AsyncClient) -> None:
    command = {"type": "CreateTicket", "ticket_id": str(uuid4()), "key": "k", "data": CREATE}
    first = await outcome(http, **command, occurred_at="2016-02-29T01:16:00Z")
    same = await outcome(http, **command, occurred_at="2016-02-29T03:16:00.0009+02:00")
    assert same == first
    for other in ({}, {"occurred_at": "2016-02-29T01:16:00.001Z"}):
        assert (await outcome(http, **command, **other))["problem"]["code"] == "key-reused"


async def test_what_was_refused_or_had_no_effect_is_decided_anew(
    http: httpx2.AsyncClient, store: MemoryEventStore
) -> None:
    ticket = await created(http)
    refused = await http.post(f"/tickets/{ticket}/reopening", json={}, headers=keyed("a"))
    assert (refused.status_code, code(refused)) == (409, "not-resolved")
    nothing = await http.post(f"/tickets/{ticket}/assignment", json=AWAY, headers=keyed("b"))
    assert (nothing.status_code, nothing.json()["version"], nothing.headers["etag"]) == (200, 1, '"1"')
    assert len(store.events) == 1
    # Neither key is taken: not for the same command, nor for another one.
    await http.post(f"/tickets/{ticket}/resolution", json={})
    assert (await http.post(f"/tickets/{ticket}/reopening", json={}, headers=keyed("a"))).json()["version"] == 3
    assert (await http.post(f"/tickets/{ticket}/closure", headers=keyed("b"))).json()["version"] == 4
