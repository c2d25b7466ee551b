"""The HTTP surface, in process, on the store in memory."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

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


async def test_a_created_ticket_is_answered_with_all_that_a_client_needs(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/tickets", json=CREATE)
    ticket = answer.json()
    assert answer.status_code == 201
    assert ticket == {"id": ticket["id"], "version": 1, "status": "open"}
    assert UUID(ticket["id"]).version == 7
    assert answer.headers["location"] == f"/tickets/{ticket['id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["consistency-token"] == f"{ticket['id']}:1"
    assert answer.headers["x-correlation-id"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("status", {"status": "triaged"}, "triaged"),
        ("status", {"new_status": "waiting", "waiting_reason": "vendor"}, "waiting"),
        ("assignment", {"group": "a.b", "assignee": None}, "open"),
        ("priority", {"priority": "high"}, "open"),
        ("agent-note", {"note": "n", "author": "a"}, "open"),
        ("replies", {"author": "customer", "message": "m"}, "open"),
        ("tags", {"add": ["$x"], "remove": []}, "open"),
        ("resolution", {"resolution": "done"}, "resolved"),
        ("resolution", {}, "resolved"),
        ("closure", {}, "closed"),
    ],
)
async def test_each_command_has_its_path(
    http: httpx2.AsyncClient, path: str, body: dict[str, Any], status: str
) -> None:
    ticket = await created(http)
    # Ids are taken in either case.
    answer = await http.post(f"/tickets/{ticket.upper()}/{path}", json=body)
    assert answer.status_code == 200
    assert answer.json() == {"id": ticket, "version": 2, "status": status}
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["consistency-token"] == f"{ticket}:2"


async def test_a_closure_needs_no_body(http: httpx2.AsyncClient) -> None:
    ticket = await created(http)
    assert (await http.post(f"/tickets/{ticket}/closure")).json()["status"] == "closed"


async def test_reopening(http: httpx2.AsyncClient) -> None:
    ticket = await created(http)
    assert problem(await http.post(f"/tickets/{ticket}/reopening", json={})) == (409, "not-resolved")
    await http.post(f"/tickets/{ticket}/resolution", json={})
    assert problem(await http.post(f"/tickets/{ticket}/resolution", json={})) == (409, "ticket-resolved")
    assert (await http.post(f"/tickets/{ticket}/reopening", json={"reason": "r"})).json()["status"] == "open"


async def test_a_closed_ticket_says_so(http: httpx2.AsyncClient) -> None:
    ticket = await created(http)
    await http.post(f"/tickets/{ticket}/closure")
    answer = await http.post(f"/tickets/{ticket}/reopening", json={})
    assert problem(answer) == (409, "ticket-closed")
    assert answer.json()["detail"] == "Closed tickets cannot be reopened"


@pytest.mark.parametrize("status", ["closed", "resolved"])
async def test_ends_are_not_set_by_hand(http: httpx2.AsyncClient, status: str) -> None:
    answer = await http.post(f"/tickets/{await created(http)}/status", json={"status": status})
    assert problem(answer) == (422, "invalid")
    verb = {"closed": "close", "resolved": "resolve"}[status]
    assert answer.json()["detail"] == f"Cannot manually {verb} via this command"


@pytest.mark.parametrize("ticket", ["6f1ad1f4-5d0b-4a6e-9a0e-2b7f1c0d9e38", "nonsense", "..%2f..", "0" * 32])
async def test_no_such_ticket(http: httpx2.AsyncClient, ticket: str) -> None:
    answer = await http.post(f"/tickets/{ticket}/closure")
    assert problem(answer)[0] == 404
    if "%" not in ticket:
        assert answer.json()["detail"] == "Ticket not found"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": "s", "message": "m"},
        CREATE | {"unknown": 1},
        CREATE | {"subject": ""},
        CREATE | {"subject": "s" * 301},
        CREATE | {"message": "m" * 20_001},
        CREATE | {"customer_id": "c" * 101},
        CREATE | {"customer_id": 7},
        CREATE | {"customer_id": {"$gt": ""}},
        CREATE | {"subject": "nul \x00"},
        CREATE | {"subject": "bell \x07"},
        CREATE | {"subject": "c1 \x85"},
        CREATE | {"tags": [str(n) for n in range(21)]},
        CREATE | {"tags": [""]},
        CREATE | {"tags": "abc"},
        CREATE | {"priority": "whatever"},
        CREATE | {"channel": None},
        [CREATE],
        "text",
    ],
)
async def test_what_breaks_a_rule_is_invalid(http: httpx2.AsyncClient, store: MemoryEventStore, body: object) -> None:
    answer = await http.post("/tickets", json=body)
    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"]
    assert not store.events


@pytest.mark.parametrize(
    "extra",
    [
        {"subject": "s" * 300},
        {"subject": "🎫" * 300, "message": "שלום \u200b\t\r\n"},
        {"tags": [str(n) for n in range(20)], "channel": "ivr", "priority": "low", "external_id": "$where"},
        {"external_id": None},
        {"tags": ["twice", "twice"]},
    ],
)
async def test_what_is_just_within_the_rules_is_taken(http: httpx2.AsyncClient, extra: dict[str, Any]) -> None:
    assert (await http.post("/tickets", json=CREATE | extra)).status_code == 201


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{} {}",
        b'{"a": NaN}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\ud800"}',
        b'{"a": "\xff"}',
        b"[" * 100_000,
        b'{"a": 1' + b"0" * 5_000 + b"}",
    ],
)
async def test_what_is_no_json_is_malformed(http: httpx2.AsyncClient, raw: bytes) -> None:
    assert problem(await http.post("/tickets", content=raw, headers=JSON)) == (400, "malformed-request")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/json; charset=latin-1"},
        JSON | {"Content-Encoding": "gzip"},
    ],
)
async def test_only_json_is_taken(http: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    answer = await http.post("/tickets", content=b"{}", headers=headers)
    assert problem(answer) == (415, "unsupported-media-type")


async def test_a_body_has_a_limit(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/tickets", content=b" " * (1024 * 1024 + 1), headers=JSON)
    assert problem(answer) == (413, "too-large")


async def test_methods_parameters_and_pages_that_do_not_exist(http: httpx2.AsyncClient) -> None:
    wrong = await http.get("/tickets")
    assert problem(wrong) == (405, "method-not-allowed")
    assert wrong.headers["allow"] == "POST"
    assert problem(await http.get("/nowhere")) == (404, "not-found")
    assert problem(await http.post("/tickets?dry_run=1", json=CREATE)) == (400, "bad-parameter")


async def test_a_key_quoted_or_bare_is_one_key(http: httpx2.AsyncClient, store: MemoryEventStore) -> None:
    answers = [await http.post("/tickets", json=CREATE, headers={"Idempotency-Key": key}) for key in ('"k"', "k")]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["consistency-token"] == answers[1].headers["consistency-token"]
    assert len(store.events) == 1
    # Defaults are part of the data: saying them is the same command.
    said = await http.post("/tickets", json=CREATE | {"priority": "normal"}, headers={"Idempotency-Key": "k"})
    assert said.json() == answers[0].json()
    other = await http.post("/tickets", json=CREATE | {"subject": "t"}, headers={"Idempotency-Key": "k"})
    assert problem(other) == (422, "key-reused")


async def test_the_version_is_checked_before_the_state(http: httpx2.AsyncClient) -> None:
    ticket = await created(http)
    await http.post(f"/tickets/{ticket}/closure")
    answer = await http.post(f"/tickets/{ticket}/closure", headers={"If-Match": '"1"'})
    assert problem(answer) == (412, "version-mismatch")


async def test_a_database_that_is_away_is_503_with_retry_after(
    http: httpx2.AsyncClient, store: MemoryEventStore
) -> None:
    store.away = True
    answer = await http.post("/tickets", json=CREATE)
    assert problem(answer) == (503, "unavailable")
    assert answer.headers["retry-after"]


async def test_every_problem_has_its_page(http: httpx2.AsyncClient) -> None:
    document = (await http.get("/openapi.json")).json()
    assert set(document["paths"]) >= {"/tickets", "/commands", "/freshness", "/tickets/{ticket_id}/closure"}
    for code in ("ticket-closed", "key-reused", "version-mismatch", "invalid", "unavailable"):
        assert (await http.get(f"/problems/{code}")).status_code == 200


async def test_freshness_of_an_empty_store(http: httpx2.AsyncClient) -> None:
    answer = (await http.get("/freshness")).json()
    assert answer["lag_ms"] == 0
    assert answer["partitions"] == [{"partition": n, "published": -1} for n in range(12)]
