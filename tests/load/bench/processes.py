"""Processes of a bench: each on a port of its own, one worker, gone with its block."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import psutil

from devstack.ports import HOST, free_port
from devstack.processes import runs

_STOP_S = 10.0
_POLL_S = 0.05


class Died(RuntimeError):
    """A process of the bench has ended."""


@dataclass(frozen=True)
class Server:
    """A process that answers HTTP."""

    port: int
    process: psutil.Process

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://{HOST}:{self.port}"

    def memory_mb(self) -> float:
        """Return the memory that it has in RAM, in MB of 10^6 bytes."""
        return float(self.process.memory_info().rss) / 1e6


_ALLOCATOR = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
"""As in the query service's image; all contestants have it."""


@asynccontextmanager
async def serving(module: str, *arguments: str, **environment: str) -> AsyncIterator[Server]:
    """Run a service module; PORT is in its environment."""
    port = free_port()
    async with _process(port, module, arguments, environment | {"PORT": str(port)}) as server:
        yield server


@asynccontextmanager
async def serving_app(module: str, *arguments: str, port_at: int) -> AsyncIterator[Server]:
    """Run a module whose argument number `port_at` is its port."""
    port = free_port()
    given = [*arguments[:port_at], str(port), *arguments[port_at:]]
    async with _process(port, module, given, {}) as server:
        yield server


async def wait_for(server: Server, path: str, limit_s: float) -> None:
    """Return once `path` is answered with 200; raises Died, or TimeoutError."""
    async with asyncio.timeout(limit_s), httpx2.AsyncClient(base_url=server.url, timeout=limit_s) as http:
        while not await _answers(http, path):
            if not runs(server.process):
                raise Died(str(server.port))
            await asyncio.sleep(_POLL_S)


async def _answers(http: httpx2.AsyncClient, path: str) -> bool:
    try:
        return (await http.get(path)).status_code == 200
    except httpx2.TransportError:
        return False


@asynccontextmanager
async def _process(
    port: int, module: str, arguments: list[str] | tuple[str, ...], environment: Mapping[str, str]
) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env={**os.environ, **_ALLOCATOR, **environment}
    )
    try:
        yield Server(port, psutil.Process(process.pid))
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), _STOP_S)
            except TimeoutError:
                process.kill()
                await process.wait()
