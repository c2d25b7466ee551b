"""Everything that is measured: the query service at several sizes, the baseline and the ceiling, side by side, idle."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from pymongo import AsyncMongoClient

from tests.load.bench.known import Known, noting
from tests.load.bench.processes import Server, serving, serving_app, wait_for
from tests.load.bench.requests import PAGE
from tests.load.bench.servers import Servers
from tests.load.bench.size import Size
from tests.load.figures import say
from tests.load.growth.baseline import fill_baseline
from tests.load.growth.grow import grow
from tests.load.growth.shape import Shape, read_shape
from tests.load.growth.topics import publish_grown
from tests.load.servers import service_environment
from tests.support.topics import create_topics

BASELINE = "baseline"
_START_S = 180.0
_FILL_PER_S = 300
"""Slower than this a read model is not waited for."""


@dataclass(frozen=True)
class ReadModel:
    """A query service over so many made-up tickets, on topics and a database of its own."""

    service: Server
    prefix: str
    database: str
    tickets: Sequence[Known]
    filled_s: float


@dataclass(frozen=True)
class World:
    """What rows are measured on."""

    size: Size
    servers: Servers
    models: Mapping[int, ReadModel]
    baseline: Server
    ceiling: Server

    @property
    def usual(self) -> ReadModel:
        """The one of the usual size, of which the baseline has the same tickets."""
        return self.models[self.size.usual]

    @property
    def small(self) -> ReadModel:
        """The smallest."""
        return self.models[self.size.small]

    @property
    def large(self) -> ReadModel:
        """The largest."""
        return self.models[self.size.large]


@asynccontextmanager
async def running_world(servers: Servers, size: Size) -> AsyncIterator[World]:
    """Fill and start everything; all is gone with the block."""
    shape = await asyncio.to_thread(read_shape, until=size.log_until if size.usual < 1_000 else None)
    async with AsyncExitStack() as stack:
        models = {}
        for count in size.counts:
            models[count] = await stack.enter_async_context(read_model(servers, shape, count))
            say(f"{count} tickets are in the query service, {models[count].filled_s:.0f} s after its start")
        await fill_baseline(servers.baseline, BASELINE, grow(shape, size.usual))
        start = serving_app("tests.load.baseline.app", servers.baseline, BASELINE, port_at=2)
        baseline = await stack.enter_async_context(start)
        await wait_for(baseline, "/tickets?limit=1", _START_S)
        ceiling = await stack.enter_async_context(_ceiling(models[size.usual].service))
        yield World(size, servers, models, baseline, ceiling)


@asynccontextmanager
async def read_model(servers: Servers, shape: Shape, count: int) -> AsyncIterator[ReadModel]:
    """Publish so many tickets and run a query service that has them."""
    prefix, database = f"of{count}.", f"tickets_query_{count}"
    await asyncio.to_thread(create_topics, servers.kafka, prefix)
    known: list[Known] = []
    await publish_grown(servers.kafka, prefix, noting(grow(shape, count), known))
    environment = service_environment(servers.kafka, prefix, servers.query, database)
    environment.pop("PORT")
    async with serving("query_service", **environment) as service:
        began = time.monotonic()
        await wait_for(service, "/readyz", _START_S + count / _FILL_PER_S)
        await _demand_all(servers.query, database, count)
        yield ReadModel(service, prefix, database, known, time.monotonic() - began)


async def _demand_all(uri: str, database: str, count: int) -> None:
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        stored = await client[database].tickets.estimated_document_count()
    assert stored == count, f"{stored} tickets in the query database, not {count}"


@asynccontextmanager
async def _ceiling(service: Server) -> AsyncIterator[Server]:
    """Serve the bytes of a real page of the query service."""
    async with httpx2.AsyncClient(base_url=service.url, timeout=_START_S) as http:
        page = (await http.get(f"/tickets?status=open&limit={PAGE}")).raise_for_status().content
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        body = Path(directory) / "page.json"
        body.write_bytes(page)
        async with serving_app("tests.load.baseline.ceiling", str(body), port_at=0) as server:
            await wait_for(server, "/tickets", _START_S)
            yield server
