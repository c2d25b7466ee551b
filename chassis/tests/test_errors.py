"""Whatever goes wrong is answered as a problem (RFC 9457), once, with nothing in it that outsiders must not see."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from chassis.tests.web_app import client_of, make_app
from ticket_chassis.errors import pointer
from ticket_chassis.problems import CONTENT_TYPE, ERRORS_MAX


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of the trial app."""
    async with client_of(make_app()) as http:
        yield http


def problem(response: httpx2.Response) -> dict[str, Any]:
    """Return the problem document, after what holds for each of them."""
    body: dict[str, Any] = response.json()
    assert response.headers["content-type"] == CONTENT_TYPE
    assert body["status"] == response.status_code
    assert body["type"] == f"/problems/{body['code']}"
    assert body["title"]
    assert body["detail"]
    assert "s3cret" not in response.text
    return body


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/orders/", 404, "not-found"),
        ("GET", "/problems/nonsense", 404, "not-found"),
        ("DELETE", "/orders", 405, "method-not-allowed"),
        ("POST", "/healthz", 405, "method-not-allowed"),
        ("GET", "/search?limit=101", 400, "bad-parameter"),
        ("GET", "/http/400", 400, "malformed-request"),
        ("GET", "/http/413", 413, "too-large"),
        ("GET", "/http/415", 415, "unsupported-media-type"),
        ("GET", "/database/away", 503, "unavailable"),
        ("GET", "/database/lost", 503, "unavailable"),
        ("GET", "/database/other", 503, "unavailable"),
        ("GET", "/overloaded", 503, "overloaded"),
        ("GET", "/teapot", 418, "teapot"),
        ("GET", "/defect", 500, "internal"),
    ],
)
async def test_every_error_is_a_problem(
    client: httpx2.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await client.request(method, path)
    assert (response.status_code, problem(response)["code"]) == (status, code)


@pytest.mark.parametrize(("method", "path", "allowed"), [("DELETE", "/orders", "POST"), ("POST", "/healthz", "GET")])
async def test_a_wrong_method_is_told_the_right_ones(
    client: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    assert (await client.request(method, path)).headers["allow"] == allowed


@pytest.mark.parametrize(("path", "seconds"), [("/database/away", "1"), ("/database/lost", "1"), ("/overloaded", "7")])
async def test_whoever_is_turned_away_is_told_when_to_come_back(
    client: httpx2.AsyncClient, path: str, seconds: str
) -> None:
    assert (await client.get(path)).headers["retry-after"] == seconds


@pytest.mark.parametrize("body", [b"", b"{", b"[1,]", b'{"items": "\xff"}', b"\xff\xfe", b"nonsense"])
async def test_a_body_that_is_not_json_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    response = await client.post("/orders", content=body, headers={"content-type": "application/json"})
    expected = (422, "invalid") if not body else (400, "malformed-request")
    assert (response.status_code, problem(response)["code"]) == expected


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"items": [{"name": "too long"}]}, ["/items/0/name"]),
        ({"items": [{"name": "a"}, {"name": "b", "tags": ["ok", "long"], "x": 1}]}, ["/items/1/tags/1", "/items/1/x"]),
        ({"items": [{"name": "a", "b/c~d": 1}]}, ["/items/0/b~1c~0d"]),
        ({}, ["/items"]),
        ([], [""]),
    ],
)
async def test_a_field_that_breaks_a_rule_is_pointed_at(
    client: httpx2.AsyncClient, body: object, pointers: list[str]
) -> None:
    response = await client.post("/orders", json=body)
    document = problem(response)
    assert (response.status_code, document["code"]) == (422, "invalid")
    assert [error["pointer"] for error in document["errors"]] == pointers
    assert all(error["detail"] for error in document["errors"])


async def test_not_more_errors_are_listed_than_anybody_reads(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/orders", json={"items": [{"name": "too long"}] * 1_000})
    assert len(problem(answer)["errors"]) == ERRORS_MAX


async def test_a_wrong_parameter_is_named(client: httpx2.AsyncClient) -> None:
    document = problem(await client.get("/search", params={"limit": "many"}))
    assert [error["parameter"] for error in document["errors"]] == ["limit"]


async def test_a_wrong_header_is_named(client: httpx2.AsyncClient) -> None:
    response = await client.get("/search", headers={"X-Number": "many"})
    document = problem(response)
    assert (response.status_code, document["code"]) == (400, "bad-header")
    assert [error["header"].lower() for error in document["errors"]] == ["x-number"]


async def test_a_services_own_problem_carries_its_errors(client: httpx2.AsyncClient) -> None:
    document = problem(await client.get("/teapot"))
    assert document["detail"] == "I am one"
    assert document["errors"] == [{"header": "Accept", "detail": "no tea"}]


async def test_a_defect_is_logged_in_full_and_answered_without_details(client: httpx2.AsyncClient) -> None:
    with capture_logs() as logged:
        document = problem(await client.get("/defect"))
    assert document["detail"] == "Something went wrong here"
    line, refused = logged
    assert (line["log_level"], line["error"], bool(line["exc_info"])) == ("error", "LookupError", True)
    assert (refused["status"], refused["route"]) == (500, "/defect")


async def test_an_answer_that_has_begun_is_cut_off(client: httpx2.AsyncClient) -> None:
    with pytest.raises(LookupError):
        await client.get("/broken-stream")


async def test_a_database_error_is_logged_without_the_address(client: httpx2.AsyncClient) -> None:
    with capture_logs() as logged:
        await client.get("/database/away")
    assert [line["error"] for line in logged if "error" in line] == ["ServerSelectionTimeoutError"]
    assert "s3cret" not in str(logged)


@pytest.mark.parametrize(
    ("path", "text"), [((), ""), (("a", 0, "b"), "/a/0/b"), (("a/b", "c~d"), "/a~1b/c~0d"), (("",), "/")]
)
def test_a_pointer_is_rfc_6901(path: tuple[str | int, ...], text: str) -> None:
    assert pointer(path) == text
