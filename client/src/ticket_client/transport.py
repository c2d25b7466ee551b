"""One service behind HTTP: time limits, retries, problems as exceptions. Both APIs are built on it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from ticket_client.consistency import Tokens
from ticket_client.errors import UnexpectedAnswerError, UnreachableError
from ticket_client.problems import ProblemError
from ticket_client.retry import RetryPolicy

T = TypeVar("T")

TIME_LIMIT = httpx2.Timeout(30.0, connect=3.0)
"""Seconds for each part of an exchange. Longer than the 10 s that a read may wait for a token."""

PASSING = frozenset({502, 503, 504})
"""Statuses that may be others a moment later: our services send 503, a proxy before them the other two."""

UNDECIDED = frozenset({"conflict", "key-in-use"})
"""Codes of a 409 that decides nothing: the same command with the same key may be accepted the next time."""

NEVER_AGAIN = frozenset({"ticket-parked"})
"""Codes of a 503 that waiting a little does not mend."""


class Service:
    """An HTTP service at `url`. Use it as an async context manager, or close it.

    `tokens` is what a session shares between the service that writes and the one that reads.
    """

    def __init__(
        self,
        url: str,
        *,
        retry: RetryPolicy | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        headers: Mapping[str, str] | None = None,
        tokens: Tokens | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.tokens = tokens or Tokens()
        self._retry = retry or RetryPolicy()
        with reachable(self.url):  # a URL that is none is found here
            self._http = httpx2.AsyncClient(base_url=self.url, timeout=TIME_LIMIT, transport=transport, headers=headers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def ready(self) -> bool:
        """Whether the service says that it can do its work; False also when it does not answer. Never retried."""
        try:
            return (await self._http.get("/readyz")).is_success
        except httpx2.TransportError:
            return False

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """One request, tried again while the connection fails or the answer may pass, within the retry policy.

        Every request must be safe to repeat: a read, or a command with an idempotency key. Raises ProblemError for
        what is neither a success nor 304, UnreachableError when there was no answer.
        """
        content = None if body is None else to_json(body)
        sent = {"content-type": "application/json", **(headers or {})} if content is not None else headers
        return await self._retried(
            lambda: self._http.request(method, path, content=content, params=params, headers=sent)
        )

    async def _retried(self, ask: Callable[[], Awaitable[httpx2.Response]]) -> httpx2.Response:
        waits = self._retry.waits()
        while True:
            try:
                with reachable(self.url):
                    answer = await ask()
                if answer.is_success or answer.status_code == httpx2.codes.NOT_MODIFIED:
                    return answer
                raise problem_of(answer)
            except UnreachableError:
                wait = next(waits, None)
                if wait is None:
                    raise
            except ProblemError as problem:
                wait = next(waits, None) if self._may_pass(problem) else None
                if wait is None:
                    raise
                wait = max(wait, problem.retry_after or 0.0)
            await asyncio.sleep(wait)

    def _may_pass(self, problem: ProblemError) -> bool:
        # Whoever asks for more time than we have gets no second request: the caller hears `retry_after`.
        if problem.code in NEVER_AGAIN or (problem.retry_after or 0.0) > self._retry.patience:
            return False
        return problem.status in PASSING or problem.code in UNDECIDED

    async def lines(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str]
    ) -> AsyncGenerator[bytes, None]:
        """The lines of a streamed answer, without their ends.

        Retried as any request until the answer begins, not when it breaks off: some have been handed out already.
        """
        async with (
            self._streamed(path, params, headers) as answer,
            aclosing(split_lines(answer.aiter_bytes())) as lines,
        ):
            async for line in lines:
                yield line

    @asynccontextmanager
    async def _streamed(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str]
    ) -> AsyncGenerator[httpx2.Response, None]:
        """An answer that is read while it comes. Retried until it begins; raises UnreachableError if it breaks off."""
        answer = await self._retried(lambda: self._begin(path, params, headers))
        try:
            with reachable(self.url):
                yield answer
        finally:
            await answer.aclose()

    async def _begin(self, path: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> httpx2.Response:
        request = self._http.build_request("GET", path, params=params, headers=headers)
        answer = await self._http.send(request, stream=True)
        if not answer.is_success:
            await answer.aread()  # what was refused is a document, and its connection is free again
        return answer


async def split_lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Lines that end in LF alone, empty ones left out: in JSON text, U+2028 and its like stand inside strings."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line:
                yield line
    if rest:
        yield rest


@contextmanager
def reachable(url: str) -> Iterator[None]:
    """Turn what the HTTP library raises without an answer into UnreachableError."""
    try:
        yield
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        raise UnreachableError(f"{url} does not answer: {error or type(error).__name__}") from error


def ticket_path(ticket_id: str, part: str = "") -> str:
    """The path of a ticket, or of a part of it; an id that is none stays one segment."""
    return f"/tickets/{quote(ticket_id, safe='')}{part}"


def read(kind: TypeAdapter[T], answer: httpx2.Response) -> T:
    """What an answer says. Raises UnexpectedAnswerError when it is not what the API describes."""
    try:
        return kind.validate_json(answer.content)
    except ValidationError as error:
        raise UnexpectedAnswerError(f"{answer.url} does not answer as the API does: {error}") from None


def problem_of(answer: httpx2.Response) -> ProblemError:
    """The problem in an answer; also one that something other than the service wrote."""
    try:
        document = from_json(answer.content)
    except ValueError:
        document = None
    known = document if isinstance(document, dict) else {}
    code = str(known.get("code", "unknown"))
    return ProblemError.kinds.get(code, ProblemError)(
        answer.status_code,
        code,
        str(known.get("detail") or known.get("title") or answer.reason_phrase),
        _errors(known.get("errors")),
        _seconds(answer.headers.get("retry-after")),
    )


def _errors(said: object) -> list[dict[str, Any]]:
    # Gateways say `errors` as well, and mean lists of words or objects.
    return [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []


def _seconds(header: str | None) -> float | None:
    # The other form of the header, a date, is never sent by our services.
    return float(header) if header is not None and header.isdecimal() else None
