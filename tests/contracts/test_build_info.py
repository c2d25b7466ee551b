"""Every service says at /metrics which version of it runs, and with which version of the contracts."""

from importlib import import_module
from importlib.metadata import version

import pytest
from fastapi.testclient import TestClient

from ticket_chassis.openapi_files import NOWHERE

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("service", ["command", "projector", "query"])
def test_metrics_name_both_versions(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    app = import_module(f"{service}_service.app").create_app()
    text = TestClient(app).get("/metrics").text
    labels = f'{{contracts="{version("ticket-contracts")}",version="{version(f"{service}-service")}"}}'
    assert f"tickets_{service}_build_info{labels} 1.0" in text
