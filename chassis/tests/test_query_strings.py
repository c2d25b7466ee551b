"""A query string is percent-encoded UTF-8 or is refused; paths that are odd lead nowhere."""

import pytest

from chassis.tests.sockets import serving
from chassis.tests.web_app import client_of, make_app


@pytest.mark.parametrize("query", [b"%ff", b"a=%c3%28", b"a=%zz", b"a=%", b"a=%4", b"a=%ed%a0%80"])
async def test_what_is_no_text_is_refused(query: bytes) -> None:
    async with serving(make_app()) as served, served.call() as caller:
        caller.say(b"GET /search?" + query + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = await caller.answer()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"code":"bad-parameter"' in answer


@pytest.mark.parametrize("query", ["limit=5", "limit=%35", "x=%C3%A9+%25&limit=5", ""])
async def test_text_is_taken(query: str) -> None:
    async with client_of(make_app()) as client:
        assert (await client.get(f"/search?{query}")).status_code == 200


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/healthz/", 404),
        (b"//healthz", 404),
        (b"/./healthz", 404),
        (b"/x/../healthz", 404),
        (b"/%2e%2e/healthz", 404),
        (b"/healthz%00", 404),
        (b"/healthz%2f", 404),
        (b"/%ff", 404),
        (b"/%zz", 404),
        (b"/%68ealthz", 200),
        (b"http://other/healthz", 200),
        (b"/healthz;a=b", 404),
    ],
)
async def test_only_the_path_itself_leads_there(target: bytes, status: int) -> None:
    async with serving(make_app()) as served, served.call() as caller:
        caller.say(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = await caller.answer()
    assert int(answer.split()[1]) == status
    assert status == 200 or b"application/problem+json" in answer
