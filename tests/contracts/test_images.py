"""A service's image is made of its own code, the contracts and the chassis: of no other service's."""

from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.contract

ROOT = Path(__file__).parents[2]
SERVICES = ("command-service", "projector-service", "query-service")


def copied(dockerfile: Path) -> set[str]:
    """Return what a Dockerfile takes from the repository."""
    lines = [line.split() for line in dockerfile.read_text().splitlines() if line.startswith("COPY ")]
    return {
        source for _, *sources, _ in lines for source in sources if not any(s.startswith("--from") for s in sources)
    }


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_copies_no_other_service(service: str) -> None:
    allowed = {"requirements/build.txt", f"requirements/{service}.txt", "contracts", "chassis", service}
    assert copied(ROOT / service / "Dockerfile") == allowed


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_installed_names_no_other_service(service: str) -> None:
    locked = (ROOT / "requirements" / f"{service}.txt").read_text()
    assert [other for other in SERVICES if f"{other}==" in locked] == []


def test_each_container_runs_its_own_service_s_image() -> None:
    services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for service in SERVICES:
        assert services[service]["image"] == f"tickets/{service}"
        assert services[service]["build"]["dockerfile"] == f"{service}/Dockerfile"
