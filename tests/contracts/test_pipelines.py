"""Each team has a pipeline that runs when something of its own changes, and lines in CODEOWNERS that are true."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.contract

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
TEAMS = {"command-service": "command", "projector-service": "projector", "query-service": "query"}
TRIGGERS = "on"


def pipeline(service: str) -> dict[str, Any]:
    """Return a team's pipeline, with the triggers under their name: YAML 1.1 reads `on` as a truth."""
    found: dict[Any, Any] = yaml.safe_load((GITHUB / "workflows" / f"{service}.yml").read_text())
    return {TRIGGERS if name is True else name: value for name, value in found.items()}


def commands(service: str) -> list[str]:
    """Return what the pipeline runs."""
    job = pipeline(service)["jobs"][service]
    return [step["run"] for step in job["steps"] if "run" in step]


def owners() -> dict[str, list[str]]:
    """Return the lines of CODEOWNERS: pattern and owners."""
    lines = [line.split() for line in (GITHUB / "CODEOWNERS").read_text().splitlines()]
    return {words[0]: words[1:] for words in lines if words and not words[0].startswith("#")}


@pytest.mark.parametrize("service", TEAMS)
def test_a_team_s_pipeline_runs_for_what_its_service_is_made_of(service: str) -> None:
    for trigger in ("pull_request", "push"):
        paths = pipeline(service)[TRIGGERS][trigger]["paths"]
        assert {f"{service}/**", "contracts/**", "chassis/**", f"requirements/{service}.txt"} <= set(paths)
        assert not [path for path in paths for other in TEAMS if other != service and path.startswith(other)]
        assert [path for path in paths if not list(ROOT.glob(path))] == []


@pytest.mark.parametrize("service", TEAMS)
def test_a_team_s_pipeline_runs_its_tests_and_the_contract_check(service: str) -> None:
    assert pipeline(service)["env"]["SERVICE"] == service
    assert "origin/main" in pipeline(service)["env"]["BASE"]
    run = commands(service)
    for wanted in (
        'make contracts-check BASE="$BASE"',
        'make test-contracts SERVICE="$SERVICE"',
        'make test SERVICE="$SERVICE"',
        'make independent SERVICE="$SERVICE"',
    ):
        assert wanted in run


def test_every_target_that_a_pipeline_makes_exists() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for path in (GITHUB / "workflows").glob("*.yml"):
        assert set(re.findall(r"make ([a-z-]+)", path.read_text())) <= targets, path.name


@pytest.mark.parametrize(("service", "team"), TEAMS.items())
def test_a_team_owns_its_service_and_its_pipeline_alone(service: str, team: str) -> None:
    for pattern in (f"/{service}/", f"/requirements/{service}.txt", f"/.github/workflows/{service}.yml"):
        assert owners()[pattern] == [f"@tickets/{team}-team"]


def test_what_is_nobody_s_alone_is_all_teams() -> None:
    assert len(owners()["*"]) == len(TEAMS)


def test_every_line_of_codeowners_is_about_something_that_is_there() -> None:
    patterns = [pattern for pattern in owners() if pattern != "*"]
    assert [pattern for pattern in patterns if not list(ROOT.glob(pattern.strip("/")))] == []
