"""docker-compose.yml and devstack describe the same stack: ports, users, variables."""

import re
from typing import Any

import pytest
import yaml

from devstack.command import ROOT
from devstack.docker import DockerStack
from devstack.project import COMPONENTS, SERVICES, TEAMS, Project, roles, service_environment

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")


def filled_in(text: str) -> str:
    """Return `text` as compose reads it where no variable is set."""
    return VARIABLE.sub(r"\2", text)


@pytest.mark.parametrize("component", COMPONENTS)
def test_ports_are_the_same_and_on_loopback_only(component: str) -> None:
    (published,) = COMPOSE[component]["ports"]
    assert filled_in(published).rpartition(":")[0] == f"127.0.0.1:{Project().port(component)}"


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_port_of_compose_moves_with_the_project(component: str) -> None:
    stack = DockerStack(Project("moved", 100))
    (published,) = COMPOSE[component]["ports"]
    (variable,) = (name for name, _ in VARIABLE.findall(published))
    assert stack.environment()[variable] == str(Project().port(component) + 100)


@pytest.mark.parametrize("service", SERVICES)
def test_services_get_the_same_variables(service: str) -> None:
    assert set(COMPOSE[service]["environment"]) == set(service_environment(Project(), service))


@pytest.mark.parametrize("team", TEAMS)
def test_users_passwords_and_databases_are_the_same(team: str) -> None:
    inside = filled_in(COMPOSE[f"{team}-service"]["environment"]["MONGO_URI"])
    outside = Project().mongo_uri(team)
    assert inside.replace(f"mongo-{team}:27017", f"127.0.0.1:{Project().port(f'mongo-{team}')}") == outside
    assert COMPOSE[f"mongo-{team}"]["environment"]["SERVICE_ROLES"] == ",".join(roles(team))


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_container_is_limited_and_comes_back(component: str) -> None:
    settings = COMPOSE[component]
    assert settings["mem_limit"]
    assert settings["restart"] == "unless-stopped"
    assert settings["healthcheck"]["test"]
