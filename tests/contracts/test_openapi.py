"""The committed specifications are what the services say, valid, and whole: every answer is in them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from ticket_chassis.openapi_files import NOWHERE, service_specification
from ticket_chassis.problems import CONTENT_TYPE

pytestmark = pytest.mark.contract

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi"
SERVICES = ("command-service", "query-service")
OPERATIONS = ("get", "post")
ALWAYS_ANSWERED = ("/healthz", "/metrics")


def document(service: str) -> dict[str, Any]:
    """Return the committed specification of a service."""
    found: dict[str, Any] = json.loads((COMMITTED / f"{service}.json").read_text())
    return found


def operations(service: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of each operation."""
    for path, item in document(service)["paths"].items():
        yield from ((method, path, item[method]) for method in OPERATIONS if method in item)


EVERY = [
    pytest.param(path, operation, id=f"{service} {method} {path}")
    for service in SERVICES
    for method, path, operation in operations(service)
]


@pytest.mark.parametrize("service", SERVICES)
def test_code_and_committed_specification_agree(monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    described = service_specification(service.replace("-", "_"))
    committed = (COMMITTED / f"{service}.json").read_text()
    assert described == committed, f"docs/openapi/{service}.json is not what the service says; run: make openapi"


@pytest.mark.parametrize("service", SERVICES)
def test_the_specification_is_openapi_3_1(service: str) -> None:
    specification = document(service)
    assert specification["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(specification).iter_errors()] == []


@pytest.mark.parametrize(("path", "operation"), EVERY)
def test_an_operation_says_what_can_go_wrong(path: str, operation: dict[str, Any]) -> None:
    statuses = set(operation["responses"])
    assert path in ALWAYS_ANSWERED or "503" in statuses
    assert "requestBody" not in operation or {"400", "413", "415", "422"} <= statuses
    assert not any(parameter["in"] == "query" for parameter in operation.get("parameters", ())) or "400" in statuses
    assert "{ticket_id}" not in path or "404" in statuses


@pytest.mark.parametrize(("path", "operation"), EVERY)
def test_every_answer_is_described_with_an_example(path: str, operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        assert "X-Correlation-Id" in response["headers"]
        assert status != "503" or "Retry-After" in response["headers"]
        for media_type, content in response.get("content", {}).items():
            assert content.get("example") is not None or content.get("examples"), f"{status} has no example"
            assert content["schema"]
            assert status < "400" or path == "/readyz" or media_type == CONTENT_TYPE
    for content in operation.get("requestBody", {}).get("content", {}).values():
        assert content.get("example") is not None or content.get("examples"), "the request has no example"
