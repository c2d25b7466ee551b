"""The write side beside a read model: command service and projector on its topics, for the length of a block."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.load.bench.processes import Server, serving, wait_for
from tests.load.bench.servers import Servers
from tests.load.servers import service_environment

_START_S = 180.0


@dataclass(frozen=True)
class WriteSide:
    """Its two services, and the database of the first one."""

    command: Server
    projector: Server
    store: str

    def services(self, query: Server) -> dict[str, Server]:
        """Return both and the query service behind them, by name."""
        return {"command-service": self.command, "projector-service": self.projector, "query-service": query}


@asynccontextmanager
async def write_side(servers: Servers, prefix: str, name: str) -> AsyncIterator[WriteSide]:
    """Run both on the topics behind `prefix`, which are there, and on databases of that name."""
    store = f"tickets_command_{name}"
    async with (
        _service("command_service", servers.command, servers.kafka, prefix, store) as command,
        _service("projector_service", servers.projector, servers.kafka, prefix, f"tickets_projector_{name}") as project,
    ):
        await wait_for(command, "/readyz", _START_S)
        await wait_for(project, "/readyz", _START_S)
        yield WriteSide(command, project, store)


@asynccontextmanager
async def _service(module: str, uri: str, kafka: str, prefix: str, database: str) -> AsyncIterator[Server]:
    environment = service_environment(kafka, prefix, uri, database)
    environment.pop("PORT")
    async with serving(module, **environment) as server:
        yield server
