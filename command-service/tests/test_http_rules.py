"""What http.md promises of commands, sentence by sentence: keys, versions, and which check comes first. In memory."""

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
    for name, value in {"priority": "low", "channel": "ivr", "tags": ["t"], "external_id": "e"}.items():
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


async def test_version_7_has_many_tags(http: httpx2.AsyncClient) -> None:
    ticket = await created(http)
    note = f"/tickets/{ticket}/agent-note"
    for _ in range(6):
        await http.post(note, json={"note": "n"})
    assert (
        code(await http.post(note, json={"note": "n"}, headers={"If-Match": '"6-gzip", W/"7"'})) == "version-mismatch"
    )
    for version, tag in enumerate(('"7"', '"8-gzip"', '"9-stale"', '"10-f2"', '"11-stale-gzip"', '"0", "12"'), 8):
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
async def test_a_closure_takes_an_empty_object_or_nothing(
    http: httpx2.AsyncClient, body: bytes, headers: dict[str, str], expected: int
) -> None:
    ticket = await created(http)
    assert (await http.post(f"/tickets/{ticket}/closure", content=body, headers=headers)).status_code == expected


async def test_a_time_is_for_batches_alone(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/tickets", json=CREATE | {"occurred_at": "2016-02-29T01:16:00Z"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/occurred_at")


@pytest.mark.parametrize(
    "body", [CREATE | {f"x{n}": n for n in range(80_000)}, CREATE | {"tags": [0] * 300_000}], ids=["members", "tags"]
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
