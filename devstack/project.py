"""One stack: its name, its ports, its users. Two projects run side by side when their port offsets differ."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from devstack.command import ROOT
from devstack.errors import StackError
from devstack.ports import HOST

KAFKA = "kafka"
TEAMS = ("command", "projector", "query")
MONGO_SERVERS = tuple(f"mongo-{team}" for team in TEAMS)
STORES = (KAFKA, *MONGO_SERVERS)
SERVICES = tuple(f"{team}-service" for team in TEAMS)
COMPONENTS = STORES + SERVICES

_PORTS = {
    KAFKA: 9092,
    "mongo-command": 27021,
    "mongo-projector": 27022,
    "mongo-query": 27023,
    "command-service": 8001,
    "query-service": 8002,
    "projector-service": 8003,
}

# For development on one machine only; whoever wants others sets the variables before the first `make up`.
_DEVELOPMENT_PASSWORDS = {
    "MONGO_ROOT_PASSWORD": "root-for-development",
    "MONGO_COMMAND_PASSWORD": "command-for-development",
    "MONGO_PROJECTOR_PASSWORD": "projector-for-development",
    "MONGO_QUERY_PASSWORD": "query-for-development",
}


_OFFSET_MAX = 65_535 - max(_PORTS.values())

# What docker compose takes; and a directory of this name is dropped with the stack, so it is none but its own.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")

# They stand in URIs, which compose puts together without encoding anything.
_PASSWORD = re.compile(r"[A-Za-z0-9._~-]+")


@dataclass(frozen=True)
class Project:
    """A stack's name, and by how much its ports lie above the documented ones.

    Raises StackError where there can be no such stack.
    """

    name: str = "tickets"
    port_offset: int = 0

    def __post_init__(self) -> None:
        """Look at both."""
        if not _NAME.fullmatch(self.name):
            raise StackError(f"{self.name!r} is no project's name: lower-case letters, digits, - and _")
        if not 0 <= self.port_offset <= _OFFSET_MAX:
            raise StackError(f"the port offset is {self.port_offset}; it may be 0 to {_OFFSET_MAX}")

    @property
    def directory(self) -> Path:
        """Where the stack without Docker keeps data, logs and process ids."""
        return ROOT / ".stack" / self.name

    def port(self, component: str) -> int:
        """Return the port of one of COMPONENTS on 127.0.0.1."""
        return _PORTS[component] + self.port_offset

    @property
    def kafka(self) -> str:
        """The broker's bootstrap address, host:port."""
        return f"{HOST}:{self.port(KAFKA)}"

    def url(self, service: str) -> str:
        """Return the base URL of one of SERVICES, without a slash at the end."""
        return f"http://{HOST}:{self.port(service)}"

    def mongo_uri(self, team: str) -> str:
        """Return the URI that a team's service uses: its own server, its own database, its own user."""
        password = self.password(f"MONGO_{team.upper()}_PASSWORD")
        return f"mongodb://{team}:{password}@{HOST}:{self.port(f'mongo-{team}')}/{database(team)}?directConnection=true"

    def root_mongo_uri(self, team: str) -> str:
        """Return the URI of the user root on a team's server."""
        password = self.password("MONGO_ROOT_PASSWORD")
        return f"mongodb://root:{password}@{HOST}:{self.port(f'mongo-{team}')}/admin?directConnection=true"

    def password(self, variable: str) -> str:
        """Return a password of the stack: the environment's, else the one for development; raises StackError."""
        password = os.environ.get(variable) or _DEVELOPMENT_PASSWORDS[variable]
        if not _PASSWORD.fullmatch(password):
            raise StackError(f"{variable} may have letters, digits and . _ ~ - only: it stands in URIs")
        return password

    def check_passwords(self) -> None:
        """Raise StackError where one of the environment's passwords is none that a stack can have."""
        for variable in _DEVELOPMENT_PASSWORDS:
            self.password(variable)


def database(team: str) -> str:
    """Return the name of a team's database."""
    return f"tickets_{team}"


def roles(team: str) -> tuple[str, ...]:
    """Return the roles of a team's user in its own database."""
    # GET /stream lets the database keep what tickets were before: collMod, which readWrite does not hold.
    return ("readWrite", "dbAdmin") if team == "query" else ("readWrite",)


def service_environment(project: Project, service: str) -> dict[str, str]:
    """Return the variables of one of SERVICES when it runs on this machine, outside a container."""
    team = service.removesuffix("-service")
    own = {"WORKERS": os.environ.get("QUERY_WORKERS") or "1"} if team == "query" else {}
    return {
        "HOST": HOST,
        "PORT": str(project.port(service)),
        "MONGO_URI": project.mongo_uri(team),
        "MONGO_DATABASE": database(team),
        "KAFKA_BOOTSTRAP_SERVERS": project.kafka,
        **own,
    }
