"""Several instances of one service behind one client, as a load balancer that knows nothing puts them."""

import random
from collections.abc import Callable, Sequence

import httpx2

Doors = Callable[[str], Sequence[str]]
"""By a service's name: the base URLs of its instances that run now."""


def client_of(service: str, doors: Doors, limit_s: float) -> httpx2.AsyncClient:
    """Return a client of a service, each of whose requests goes to any of its instances."""
    return httpx2.AsyncClient(base_url=f"http://{service}", timeout=limit_s, transport=_AnyDoor(lambda: doors(service)))


class _AnyDoor(httpx2.AsyncBaseTransport):
    def __init__(self, doors: Callable[[], Sequence[str]]) -> None:
        self._doors = doors
        self._behind = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        door = httpx2.URL(random.choice(self._doors()))
        request.url = request.url.copy_with(host=door.host, port=door.port)
        return await self._behind.handle_async_request(request)

    async def aclose(self) -> None:
        await self._behind.aclose()
