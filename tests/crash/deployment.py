"""The three services on topics and databases of their own, each in a process that can be told where to stop."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx2
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from devstack.ports import HOST, free_port
from devstack.project import SERVICES, TEAMS
from tests.crash.aftermath import end_transactions, forget_members, free_leases
from tests.crash.orders import Order
from tests.crash.process import Watched
from tests.support.topics import delete_topics
from tests.support.waiting import eventually
from ticket_chassis.topics import ensure_topics

Document = dict[str, object]


class Deployment:
    """What a test has in hand; `kafka`, `urls`, `mongo_uri` and `prefix` are what the collectors ask for."""

    def __init__(self, kafka: str, mongo: str, directory: Path) -> None:
        self.kafka = kafka
        self.name = f"crash-{uuid.uuid4().hex[:8]}"
        self.prefix = f"{self.name}."
        self._mongo = mongo
        self._directory = directory
        ports = {service: free_port() for service in SERVICES}
        self.urls = {service: f"http://{HOST}:{port}" for service, port in ports.items()}
        self.services = {service: self._watched(service, port, service) for service, port in ports.items()}

    def mongo_uri(self, team: str) -> str:
        """Return the URI of a team's database."""
        return urlunsplit(urlsplit(self._mongo)._replace(path=f"/{self._database(team)}"))

    def further(self, service: str) -> Watched:
        """Return one more process of a service, not started; whoever asks for it ends it."""
        return self._watched(service, free_port(), f"{service}-further")

    async def make_topics(self) -> None:
        """Make all topics as production has them."""
        await ensure_topics(self.kafka, self.prefix)

    async def wake(self, service: str, order: Order | None = None) -> None:
        """Start a service that has died.

        What others conclude of a silent process after a while, they are told at once: a lease runs out in 6 s, a
        member of a group is given up after 30 s, a transaction after 60 s.
        """
        self.services[service].kill()
        await self.give_up(service)
        self.services[service].start(order)

    async def give_up(self, service: str) -> None:
        """Let the servers conclude at once that the processes of a service which say nothing are gone."""
        if service == "command-service":
            await free_leases(self.mongo_uri("command"))
        else:
            await end_transactions(self._mongo, self._database(_team(service)))
            await forget_members(self.kafka, self.prefix + service)

    async def ready(self) -> None:
        """Return when all services are ready."""
        for service, url in self.urls.items():
            async with httpx2.AsyncClient(base_url=url, timeout=10) as http:
                await eventually(lambda http=http: _ready(http), f"{service} is ready")  # type: ignore[misc]

    async def remove(self) -> None:
        """End the processes and drop the data."""
        for process in self.services.values():
            process.kill()
        await delete_topics(self.kafka, self.prefix)
        client: AsyncMongoClient[Document]
        async with AsyncMongoClient(self._mongo) as client:
            for team in TEAMS:
                await client.drop_database(self._database(team))

    @asynccontextmanager
    async def database(self, team: str) -> AsyncIterator[AsyncDatabase[Document]]:
        """Open a team's database."""
        client: AsyncMongoClient[Document]
        async with AsyncMongoClient(self.mongo_uri(team), timeoutMS=10_000) as client:
            yield client.get_default_database()

    def steps_seen(self) -> set[str]:
        """Return the steps that any of the processes came to."""
        return set().union(*(process.steps_seen() for process in self.services.values()))

    def said(self, characters: int = 5_000) -> str:
        """Return the end of each service's output."""
        return "\n".join(f"== {name}\n{process.output(characters)}" for name, process in self.services.items())

    def _watched(self, service: str, port: int, name: str) -> Watched:
        return Watched(_main(service), self._environment(service, port), self._directory / name)

    def _database(self, team: str) -> str:
        return f"{self.name}-{team}"

    def _environment(self, service: str, port: int) -> dict[str, str]:
        return {
            "HOST": HOST,
            "PORT": str(port),
            "MONGO_URI": self._mongo,
            "MONGO_DATABASE": self._database(_team(service)),
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "TOPIC_PREFIX": self.prefix,
        }


def _team(service: str) -> str:
    return service.removesuffix("-service")


def _main(service: str) -> str:
    return f"{service.replace('-', '_')}.main"


async def _ready(http: httpx2.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).is_success
    except httpx2.TransportError:
        return False
