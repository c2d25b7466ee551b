"""Which check comes first, versions and fields as http.md has them. In memory."""

import json
from collections.abc import AsyncIterator
from time import perf_counter
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


ORDER: list[tuple[str, str, object, dict[str, str], str]] = [
    ("a header before the body", "status", {"status": "closed"}, {"If-Match": "1"}, "bad-header"),
    ("a parameter before the body", "status?x=1", {"status": "closed"}, {}, "bad-parameter"),
    ("the body before a known key", "status", {"status": "closed"}, {"Idempotency-Key": "used"}, "invalid"),
    ("resolved likewise", "status", {"status": "resolved"}, {"Idempotency-Key": "used"}, "invalid"),
    ("a known key before If-Match", "priority", {"priority": "low"}, keyed("used", If_Match='"9"'), "key-reused"),
    ("a known key before the state", "priority", {"priority": "low"}, keyed("used"), "key-reused"),
    ("If-Match before the state", "priority", {"priority": "low"}, {"If-Match": '"9"'}, "version-mismatch"),
    ("the state before nothing to change", "assignment", AWAY, {}, "ticket-closed"),
]


@pytest.mark.parametrize(("_rule", "path", "body", "headers", "expected"), ORDER)
async def test_the_order_of_checks_on_a_closed_ticket(
    http: httpx2.AsyncClient, _rule: str, path: str, body: object, headers: dict[str, str], expected: str
) -> None:
    ticket = await created(http)
    await http.post(f"/tickets/{ticket}/closure", headers=keyed("used"))
    answer = await http.post(f"/tickets/{ticket}/{path}", json=body, headers=headers)
    assert code(answer) == expected


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"status": "closed"}, {}, "invalid"),
        ({"status": "open"}, {"If-Match": '"1"'}, "ticket-not-found"),
        ({"status": "open"}, {"If-Match": "*"}, "ticket-not-found"),
        ({"status": "open"}, {"If-Match": "1"}, "bad-header"),
        ({"status": "open"}, {"Idempotency-Key": "used"}, "key-reused"),
    ],
)
async def test_the_order_of_checks_without_a_ticket(
    http: httpx2.AsyncClient, body: object, headers: dict[str, str], expected: str
) -> None:
    await http.post("/tickets", json=CREATE, headers=keyed("used"))
    answer = await http.post(f"/tickets/{NOBODY}/status", json=body, headers=headers)
    assert code(answer) == expected
    if expected == "ticket-not-found":
        assert (answer.status_code, answer.json()["detail"]) == (404, "Ticket not found")


async def test_version_7_has_many_tags(http: httpx2.AsyncClient) -> None:
    ticket = await created(http)
    note = f"/tickets/{ticket}/agent-note"
    for _ in range(6):
        await http.post(note, json={"note": "n"})
    assert (
        code(await http.post(note, json={"note": "n"}, headers={"If-Match": '"6-gzip", W/"7"'})) == "version-mismatch"
    )
    for version, tag in enumerate(('"7"', '"8-gzip"', '"9-stale"', '"10-f2-g3"', '"11-stale-gzip"', '"0", "12"'), 8):
        answer = await http.post(note, json={"note": "n"}, headers={"If-Match": tag})
        assert answer.headers["etag"] == f'"{version}"'
    lines = [("If-Match", '"1"'), ("If-Match", 'W/"9", "13"'), *JSON.items()]
    assert (await http.post(note, content=b'{"note": "n"}', headers=lines)).json()["version"] == 14


@pytest.mark.parametrize(("tags", "expected"), [("*", 201), ('"1"', 412), ('W/"1"', 412), ("1", 400)])
async def test_a_ticket_yet_to_be_made_has_no_version(
    http: httpx2.AsyncClient, store: MemoryEventStore, tags: str, expected: int
) -> None:
    assert (await http.post("/tickets", json=CREATE, headers={"If-Match": tags})).status_code == expected
    assert len(store.events) == (expected == 201)
    first = await http.post("/tickets", json=CREATE, headers=keyed("k"))
    if expected == 412:
        again = await http.post("/tickets", json=CREATE, headers=keyed("k", If_Match=tags))
        assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.parametrize("filler", [" ", "\t", ",", '"', ', ""'])
async def test_no_header_takes_long_to_read(http: httpx2.AsyncClient, filler: str) -> None:
    ticket = await created(http)
    started = perf_counter()
    await http.post(f"/tickets/{ticket}/closure", headers={"If-Match": '"x"' + filler * 50_000 + "x"})
    assert perf_counter() - started < 2


@pytest.mark.parametrize(
    "body",
    [
        {"status": "open", "new_status": "open"},
        {"status": None, "new_status": "triaged"},
        {"status": "waiting"},
        {"status": "waiting", "waiting_reason": None},
        {"status": "triaged", "waiting_reason": "vendor"},
        {"new_status": "closed"},
        {"status": "Open"},
        {"status": ["open"]},
        {"status": "waiting", "waiting_reason": "weather"},
        {},
    ],
)
async def test_a_status_has_one_name_and_waiting_a_reason(http: httpx2.AsyncClient, body: dict[str, Any]) -> None:
    answer = await http.post(f"/tickets/{await created(http)}/status", json=body)
    assert (answer.status_code, code(answer)) == (422, "invalid")


@pytest.mark.parametrize("name", ["status", "new_status"])
async def test_a_status_may_be_told_with_an_empty_reason(http: httpx2.AsyncClient, name: str) -> None:
    body = {name: "triaged", "waiting_reason": None}
    answer = await http.post(f"/tickets/{await created(http)}/status", json=body)
    assert answer.json()["status"] == "triaged"


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"", {}, 200),
        (b"{}", JSON, 200),
        (b"", JSON, 200),
        (b"null", JSON, 422),
        (b'{"a": 1}', JSON, 422),
        (b"{}", {}, 415),
    ],
)
@pytest.mark.parametrize("path", ["closure", "resolution", "reopening"])
async def test_what_needs_no_field_takes_an_empty_object_or_nothing(
    http: httpx2.AsyncClient, path: str, body: bytes, headers: dict[str, str], expected: int
) -> None:
    ticket = await created(http)
    if path == "reopening":
        await http.post(f"/tickets/{ticket}/resolution")
    assert (await http.post(f"/tickets/{ticket}/{path}", content=body, headers=headers)).status_code == expected


MESSAGES: list[tuple[str, object, str, str]] = [
    ("tags", {"add": "vip"}, "/add", "must be an array"),
    ("tags", [], "", "must be an object"),
    ("priority", {"priority": "low", "x": 1}, "/x", "is not known here"),
    ("priority", {}, "/priority", "is required"),
    ("priority", {"priority": "extreme"}, "/priority", "must be 'low', 'normal', 'high' or 'urgent'"),
    ("agent-note", {"note": ""}, "/note", "must have at least 1 characters"),
    ("agent-note", {"note": 1}, "/note", "must be a string"),
    ("status", {"status": "done"}, "/status", "must be open, triaged, in_progress or waiting"),
    (
        "status",
        {"status": "waiting"},
        "/waiting_reason",
        "is required with waiting: one of user_info, problem, vendor, evidence",
    ),
    ("status", {"status": "open", "waiting_reason": "vendor"}, "/waiting_reason", "goes with waiting only"),
]


@pytest.mark.parametrize(("path", "body", "pointer", "message"), MESSAGES)
async def test_what_is_wrong_with_a_field_is_said_in_words_and_where_it_is(
    http: httpx2.AsyncClient, path: str, body: object, pointer: str, message: str
) -> None:
    answer = (await http.post(f"/tickets/{await created(http)}/{path}", json=body)).json()
    assert (answer["detail"], answer["errors"]) == (message, [{"pointer": pointer, "detail": message}])


@pytest.mark.parametrize(
    ("status", "verb", "path"), [("closed", "close", "/closure"), ("resolved", "resolve", "/resolution")]
)
async def test_an_end_is_refused_as_ever_with_the_way_to_it_beside(
    http: httpx2.AsyncClient, status: str, verb: str, path: str
) -> None:
    answer = (await http.post(f"/tickets/{await created(http)}/status", json={"status": status})).json()
    assert answer["detail"] == f"Cannot manually {verb} via this command"
    (error,) = answer["errors"]
    assert error["pointer"] == "/status"
    assert path in error["detail"]


async def test_a_version_that_does_not_match_is_told_with_the_one_there_is(http: httpx2.AsyncClient) -> None:
    ticket = await created(http)
    answer = await http.post(f"/tickets/{ticket}/closure", headers={"If-Match": '"9"'})
    assert (answer.status_code, answer.headers["etag"]) == (412, '"1"')
    assert answer.json()["detail"] == "The ticket is at version 1"
    unmade = await http.post("/tickets", json=CREATE, headers={"If-Match": '"9"'})
    assert "etag" not in unmade.headers


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_whoever_reads_here_is_told_where_to_read(http: httpx2.AsyncClient, method: str) -> None:
    for path in ("", "/timeline"):
        answer = await http.request(method, f"/tickets/{NOBODY}{path}")
        assert (answer.status_code, code(answer)) == (404, "not-found")
        assert "query service" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "Send Content-Type: application/json"),
        ({"Content-Encoding": "gzip"}, "Send Content-Type: application/json, without a content coding"),
    ],
)
async def test_a_coding_is_spoken_of_where_one_was_sent(
    http: httpx2.AsyncClient, headers: dict[str, str], detail: str
) -> None:
    answer = await http.post("/tickets", content=b"{}", headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (415, detail)


async def test_a_time_is_for_batches_alone(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/tickets", json=CREATE | {"occurred_at": "2016-02-29T01:16:00Z"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/occurred_at")


@pytest.mark.parametrize(
    "body", [CREATE | {f"x{n}": n for n in range(60_000)}, CREATE | {"tags": [0] * 300_000}], ids=["members", "tags"]
)
async def test_there_are_not_more_errors_than_anybody_reads(http: httpx2.AsyncClient, body: object) -> None:
    answer = await http.post("/tickets", content=json.dumps(body, separators=(",", ":")), headers=JSON)
    assert answer.status_code == 422
    assert len(answer.content) < 1_000


async def test_labels_are_counted_after_the_change(http: httpx2.AsyncClient) -> None:
    full = [str(n) for n in range(20)]
    ticket = (await http.post("/tickets", json=CREATE | {"tags": full})).json()["id"]
    path = f"/tickets/{ticket}/tags"
    assert code(await http.post(path, json={"add": ["new"]})) == "invalid"
    assert (await http.post(path, json={"add": full})).json()["version"] == 1
    assert (await http.post(path, json={"add": ["new"], "remove": ["0"]})).json()["version"] == 2
    assert (await http.post(path, json={"remove": [*full, "never there"] * 50})).json()["version"] == 3
    assert (await http.post(path, json={})).json()["version"] == 3
