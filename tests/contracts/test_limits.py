"""Limits that packages set for each other: requests at a time, and the time for an end in order."""

from importlib import import_module
from pathlib import Path

import pytest
import yaml

from devstack import foreground
from ticket_chassis import running, tasks
from ticket_chassis.openapi_files import NOWHERE
from ticket_chassis.overload import OverloadMiddleware
from ticket_chassis.workers import supervisor

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


@pytest.mark.parametrize("module", ["command_service", "projector_service", "query_service"])
def test_the_limit_of_the_environment_is_kept(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    for name, value in (NOWHERE | {"MAX_CONCURRENT_REQUESTS": "7"}).items():
        monkeypatch.setenv(name, value)
    app = import_module(f"{module}.app").create_app()
    limits = [layer.kwargs["limit"] for layer in app.user_middleware if layer.cls is OverloadMiddleware]
    assert limits == [7]


def test_nobody_is_killed_who_still_ends_in_order() -> None:
    one_process = running.GRACE_SECONDS + tasks.STOP_LIMIT
    all_workers = supervisor.STOP_LIMIT
    container = float(yaml.safe_load(COMPOSE.read_text())["x-service"]["stop_grace_period"].removesuffix("s"))
    assert one_process < all_workers < min(container, foreground.END_LIMIT_S)
