"""The connections between the parts of a stack, each led through a proxy of its own."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from devstack import kafka
from devstack.overrides import Override
from devstack.ports import HOST, is_free
from devstack.project import KAFKA, SERVICES, TEAMS, Project

PORTS = range(15_000, 27_000)
"""Where no outgoing connection takes a port by chance while its server restarts, and no stack of a test has any."""


@dataclass(frozen=True)
class Link:
    """One connection: its proxy's name and port, the port that it leads to, the service that depends on it."""

    name: str
    port: int
    upstream: int
    service: str


@dataclass(frozen=True)
class Links:
    """All links of a project by name: `<team>--mongo`, `<team>--kafka`, `client--<team>`."""

    project: Project
    by_name: Mapping[str, Link]

    def override(self, component: str) -> Override:
        """Return what leads a component's connections through the proxies."""
        if component == KAFKA:
            return Override(arguments=self._kafka_arguments())
        if component not in SERVICES:
            return Override()
        team = component.removesuffix("-service")
        mongo, broker = self.by_name[f"{team}--mongo"], self.by_name[f"{team}--kafka"]
        uri = self.project.mongo_uri(team).replace(f":{mongo.upstream}/", f":{mongo.port}/")
        return Override(environment={"MONGO_URI": uri, "KAFKA_BOOTSTRAP_SERVERS": f"{HOST}:{broker.port}"})

    def url(self, service: str) -> str:
        """Return the address at which clients find a service."""
        team = service.removesuffix("-service")
        return f"http://{HOST}:{self.by_name[f'client--{team}'].port}"

    def _kafka_arguments(self) -> tuple[str, ...]:
        """A client of Kafka goes where the broker tells it to: each has a listener that names its own proxy."""
        own = {team.upper(): self.by_name[f"{team}--kafka"] for team in TEAMS}
        further = {name: (link.upstream, link.port) for name, link in own.items()}
        port = self.project.port(KAFKA)
        settings = kafka.listeners(port, port + 1, further)
        return tuple(part for name, value in settings.items() for part in ("--override", f"{name}={value}"))


def lay_links(project: Project) -> Links:
    """Return the links of a project, on ports that are free now."""
    ports = _free_ports()
    links = [
        *(Link(f"{team}--mongo", next(ports), project.port(f"mongo-{team}"), f"{team}-service") for team in TEAMS),
        *(Link(f"{team}--kafka", next(ports), next(ports), f"{team}-service") for team in TEAMS),
        *(
            Link(f"client--{team}", next(ports), project.port(f"{team}-service"), f"{team}-service")
            for team in ("command", "query")
        ),
    ]
    return Links(project, {link.name: link for link in links})


def free_port() -> int:
    """Return a port that is free now and that no outgoing connection will take."""
    return next(_free_ports())


def _free_ports() -> Iterator[int]:
    for port in random.sample(PORTS, len(PORTS)):
        if is_free(port):
            yield port


LINKS = (*(f"{team}--{store}" for team in TEAMS for store in ("mongo", "kafka")), "client--command", "client--query")
