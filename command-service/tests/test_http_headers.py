"""Idempotency-Key and If-Match in all their forms. In memory."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.app import create_app
from command_service.bootstrap import assemble
from ticket_chassis.metrics import Metrics

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}
JSON = {"Content-Type": "application/json"}


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


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"/problems/{body['code']}"
    return answer.status_code, body["code"]


@pytest.mark.parametrize("key", ["", '""', "a b", "k" * 201, "k\xa0", "\xe4", '"open', "\x7f"])
async def test_a_malformed_key_is_a_bad_header(http: httpx2.AsyncClient, key: str) -> None:
    answer = await http.post("/tickets", json=CREATE, headers=[(b"Idempotency-Key", key.encode("latin-1"))])
    assert problem(answer) == (400, "bad-header")


async def test_two_keys_are_a_bad_header(http: httpx2.AsyncClient) -> None:
    twice = [("Idempotency-Key", "a"), ("Idempotency-Key", "b"), *JSON.items()]
    answer = await http.post("/tickets", content=b"{}", headers=twice)
    assert problem(answer) == (400, "bad-header")


@pytest.mark.parametrize("tags", ['"1"', "*", '"1-gzip"', '"1-stale"', '"x" , "1"', ',"1"', 'W/"1",,"a,b","1",'])
async def test_if_match_holds(http: httpx2.AsyncClient, tags: str) -> None:
    answer = await http.post(f"/tickets/{await created(http)}/closure", headers={"If-Match": tags})
    assert answer.status_code == 200


@pytest.mark.parametrize("tags", ['"2"', 'W/"1"', '"x"', '"01"', '""', '"-1"', '"1-"', f'"{"9" * 99}"'])
async def test_if_match_does_not_hold(http: httpx2.AsyncClient, tags: str) -> None:
    answer = await http.post(f"/tickets/{await created(http)}/closure", headers={"If-Match": tags})
    assert problem(answer) == (412, "version-mismatch")


@pytest.mark.parametrize("tags", ["1", '"1', '"1" "2"', "**", "", ",", '*, "1"', 'w/"1"', '"1"\xa0', '"1"; q=1'])
async def test_if_match_is_malformed(http: httpx2.AsyncClient, tags: str) -> None:
    wanted = [(b"If-Match", tags.encode("latin-1"))]
    answer = await http.post(f"/tickets/{await created(http)}/closure", headers=wanted)
    assert problem(answer) == (400, "bad-header")
