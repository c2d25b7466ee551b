from collections.abc import AsyncIterator

import httpx2
import pytest

from client.tests.fake_http import json, problem
from client.tests.scripted import Scripted
from ticket_client.commands import CommandService
from ticket_client.errors import UnexpectedAnswerError, UnreachableError
from ticket_client.problems import BadParameter, ProblemError
from ticket_client.queries import QueryService
from ticket_client.retry import NO_RETRY, RetryPolicy
from ticket_client.transport import Service, split_lines, ticket_path

AT_ONCE = RetryPolicy(patience=60, first_wait=0, longest_wait=0)
BUSY = {"retry-after": "0"}


def service(*script: httpx2.Response | Exception, retry: RetryPolicy = AT_ONCE) -> tuple[Service, Scripted]:
    transport = Scripted(script)
    return Service("http://service/", retry=retry, transport=transport), transport


@pytest.mark.parametrize(
    "failure",
    [
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("too long"),
        httpx2.RemoteProtocolError("gone"),
        problem(503, "unavailable", "The database is away", BUSY),
        problem(409, "key-in-use", "The first try is undecided"),
        problem(409, "conflict", "Lost the race too often"),
        httpx2.Response(502, content=b"<html>Bad gateway"),
        httpx2.Response(504),
    ],
)
async def test_a_failure_that_may_pass_is_tried_again_with_the_same_request(failure: httpx2.Response) -> None:
    client, transport = service(failure, json({"done": 1}))
    answer = await client.call("POST", "/x", body={"a": 1}, headers={"idempotency-key": "k"})
    assert answer.json() == {"done": 1}
    assert transport.headers("idempotency-key") == ["k", "k"]
    assert [request.content for request in transport.requests] == [b'{"a":1}'] * 2


@pytest.mark.parametrize(
    "refusal",
    [
        problem(409, "ticket-closed", "Closed"),
        problem(503, "ticket-parked", "Parked", BUSY),
        problem(503, "overloaded", "Come back tomorrow", {"retry-after": "86400"}),
    ],
)
async def test_a_refusal_is_not_tried_again(refusal: httpx2.Response) -> None:
    client, transport = service(refusal)
    with pytest.raises(ProblemError):
        await client.call("GET", "/x")
    assert len(transport.requests) == 1


async def test_retry_after_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("ticket_client.transport.asyncio.sleep", sleep)
    client, _ = service(problem(503, "overloaded", "Busy", {"retry-after": "7"}), json({}))
    await client.call("GET", "/x")
    assert waited == [7.0]


async def test_patience_ends() -> None:
    client, _ = service(httpx2.ConnectError("refused"), retry=NO_RETRY)
    with pytest.raises(UnreachableError, match="http://service does not answer: refused"):
        await client.call("GET", "/x")


async def test_a_problem_says_everything() -> None:
    refusal = json(
        {"code": "invalid", "detail": "Two fields", "errors": [{"pointer": "/subject", "detail": "too long"}]},
        422,
        {"retry-after": "3"},
    )
    client, _ = service(refusal)
    with pytest.raises(ProblemError) as caught:
        await client.call("GET", "/x")
    error = caught.value
    assert (error.status, error.code, error.detail, error.retry_after) == (422, "invalid", "Two fields", 3.0)
    assert str(error) == "422 invalid: Two fields\n  /subject: too long"


@pytest.mark.parametrize("content", [b"<html>Oh no", b"[1]"])
async def test_an_error_that_is_no_problem_document_is_told_too(content: bytes) -> None:
    client, _ = service(httpx2.Response(500, content=content))
    with pytest.raises(ProblemError, match="500 unknown: Internal Server Error"):
        await client.call("GET", "/x")


@pytest.mark.parametrize("content", [b"<html>Welcome", b"[]", b'{"lag_ms": "much"}'])
async def test_the_answer_of_something_else_is_said_to_be_that(content: bytes) -> None:
    _, transport = service(*[httpx2.Response(200, content=content)] * 2)
    with pytest.raises(UnexpectedAnswerError, match="http://elsewhere/freshness does not answer as the API does"):
        await QueryService("http://elsewhere", transport=transport).freshness()
    with pytest.raises(UnexpectedAnswerError, match="http://elsewhere/commands does not answer as the API does"):
        await CommandService("http://elsewhere", transport=transport).send([])


@pytest.mark.parametrize("url", ["http://[", "nonsense://x", "http://x:port"])
async def test_an_address_that_is_none_does_not_answer(url: str) -> None:
    with pytest.raises(UnreachableError):
        await Service(url, retry=NO_RETRY).call("GET", "/x")


@pytest.mark.parametrize(("ticket_id", "path"), [("a/b?c", "a%2Fb%3Fc"), ("%2F", "%252F"), ("ü", "%C3%BC")])
def test_a_ticket_id_is_one_segment_of_a_path(ticket_id: str, path: str) -> None:
    assert ticket_path(ticket_id, "/status") == f"/tickets/{path}/status"


async def test_ready_means_that_it_says_so() -> None:
    client, _ = service(json({}), problem(503, "unavailable", ""), httpx2.ConnectError("refused"))
    assert [await client.ready() for _ in range(3)] == [True, False, False]


async def test_streamed_lines_arrive_and_their_refusal_is_the_same() -> None:
    client, _ = service(
        httpx2.Response(200, content=b'{"a":"\xe2\x80\xa8"}\n\n2\n'), problem(400, "bad-parameter", "No")
    )
    assert [line async for line in client.lines("/x", {}, {})] == ['{"a":"\u2028"}'.encode(), b"2"]
    with pytest.raises(BadParameter):
        [line async for line in client.lines("/x", {}, {})]


async def test_a_stream_is_asked_for_again_until_it_begins_and_not_when_it_breaks_off() -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield b"1\n"
        raise httpx2.ReadError("cut")

    client, transport = service(
        httpx2.ConnectError("refused"),
        problem(503, "read-model-behind", "Wait", BUSY),
        httpx2.Response(200, content=cut()),
    )
    lines = client.lines("/x", {}, {})
    assert await anext(lines) == b"1"
    with pytest.raises(UnreachableError, match="cut"):
        await anext(lines)
    assert len(transport.requests) == 3


async def test_lines_are_put_together_across_chunks() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for chunk in (b"on", b"e\ntwo\n", b"\nthr", b"ee"):
            yield chunk

    assert [line async for line in split_lines(chunks())] == [b"one", b"two", b"three"]
