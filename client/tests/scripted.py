"""A transport that answers as a test tells it to, and remembers what it was asked."""

from collections.abc import Iterable

import httpx2

Step = httpx2.Response | Exception


class Scripted(httpx2.AsyncBaseTransport):
    """Gives one step of the script for each request; an exception is a connection that failed."""

    def __init__(self, script: Iterable[Step]) -> None:
        self.requests: list[httpx2.Request] = []
        self._script = iter(script)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.requests.append(request)
        step = next(self._script)
        if isinstance(step, Exception):
            raise step
        return step

    def headers(self, name: str) -> list[str | None]:
        """What each request carried under this name."""
        return [request.headers.get(name) for request in self.requests]
