"""JSON that readers could understand in two ways is refused; what is text stays what it was."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from chassis.tests.web_app import client_of, make_app
from ticket_chassis.json_bodies import DEPTH_MAX, parse_json

JSON = ("content-type", "application/json")


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of the trial app."""
    async with client_of(make_app()) as http:
        yield http


def nested(levels: int, kind: bytes) -> bytes:
    """Return arrays or objects in one another."""
    return b"[" * levels + b"]" * levels if kind == b"[" else b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"[1,]",
        b"{} {}",
        b"{}\x00",
        b"nonsense",
        b"'a'",
        b"01",
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        b"\x1f\x8b\x08\x00",
        b'"\xff"',
        b'"\xc0\x80"',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\\udc00"',
        b'{"\\ud800": 1}',
        b'"\x01"',
        b'{"a": 1, "a": 1}',
        b'{"a": 1, "\\u0061": 1}',
        b'[{"a": {"b": 1, "c": 2, "b": 3}}]',
        b'{"' + b"a" * 10_000 + b'": 1, "' + b"a" * 10_000 + b'": 1}',
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"1e400",
        b'{"a": [-1e400]}',
        b"9" * 10_000,
        nested(DEPTH_MAX + 1, b"["),
        nested(DEPTH_MAX + 1, b"{"),
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_what_is_not_one_clear_document_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    answer = await client.post("/json", content=body, headers=[JSON])
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")
    assert len(answer.content) < 1_000


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": "\\u0000\\t"}', {"a": "\x00\t"}),
        (b'["\\ud83d\\ude00", "\\u202eabc\\u200b"]', ["\U0001f600", "\u202eabc\u200b"]),
        (b' {"a": 1, "b": {"a": 1}}\n', {"a": 1, "b": {"a": 1}}),
        (b"[1e300, -0.5, 12345678901234567890]", [1e300, -0.5, 12345678901234567890]),
        (b"null", None),
    ],
)
def test_a_clear_document_is_read_as_it_is(body: bytes, value: object) -> None:
    assert parse_json(body) == value


@pytest.mark.parametrize("kind", [b"[", b"{"])
def test_nesting_is_allowed_to_a_depth(kind: bytes) -> None:
    parse_json(nested(DEPTH_MAX, kind))


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", "application/json")],
        [("content-type", "Application/JSON; Charset=UTF-8")],
        [("content-type", 'application/json;charset="utf-8"')],
        [JSON, ("content-encoding", "identity")],
    ],
)
async def test_json_is_taken(client: httpx2.AsyncClient, headers: list[tuple[str, str]]) -> None:
    assert (await client.post("/json", content=b'{"a": 1}', headers=headers)).json() == {"a": 1}


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", "")],
        [("content-type", "text/plain")],
        [("content-type", "application/jsonp")],
        [("content-type", "application/x-www-form-urlencoded")],
        [("content-type", "application/vnd.api+json")],
        [("content-type", "application/json; charset=latin-1")],
        [("content-type", "application/json; charset=utf-8; charset=utf-16")],
        [("content-type", "application/json; version=1")],
        [("content-type", "application/json, text/plain")],
        [JSON, JSON],
        [JSON, ("content-encoding", "gzip")],
        [JSON, ("content-encoding", "identity"), ("content-encoding", "br")],
    ],
)
async def test_other_content_types_and_codings_are_refused(
    client: httpx2.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    answer = await client.post("/json", content=b'{"a": 1}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


async def test_an_optional_body_may_be_absent(client: httpx2.AsyncClient) -> None:
    assert (await client.post("/optional-json")).json() == {}
    assert (await client.post("/json")).status_code == 415
