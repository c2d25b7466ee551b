"""What /openapi.json says of the commands is what the code does."""

from typing import Any

import pytest

from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.app import create_app
from command_service.bootstrap import assemble
from command_service.commands.catalogue import USE_CASES, UseCase
from command_service.http.body_schemas import EXAMPLES
from ticket_chassis.metrics import Metrics


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(service=assemble(MemoryEventStore(), MemoryTextKeys(), Metrics("command"))).openapi()


def operation(document: dict[str, Any], case: UseCase) -> dict[str, Any]:
    path = "/tickets" if case.path is None else f"/tickets/{{ticket_id}}/{case.path}"
    found: dict[str, Any] = document["paths"][path]["post"]
    return found


@pytest.mark.parametrize("case", USE_CASES, ids=lambda case: case.command.__name__)
def test_every_command_tells_its_problems_headers_and_an_example(document: dict[str, Any], case: UseCase) -> None:
    found = operation(document, case)
    statuses = {"400", "409", "412", "413", "415", "422", "503"}
    assert set(found["responses"]) == statuses | ({"201"} if case.path is None else {"200", "404"})
    assert {parameter["name"] for parameter in found["parameters"]} >= {"Idempotency-Key", "If-Match"}
    answer = found["responses"]["201" if case.path is None else "200"]
    assert set(answer["headers"]) >= {"ETag", "Consistency-Token"}
    assert ("Location" in answer["headers"]) == (case.path is None)
    assert "Retry-After" in found["responses"]["503"]["headers"]
    (example,) = found["requestBody"]["content"]["application/json"]["examples"].values()
    case.command.model_validate(example["value"])
    assert example["value"] == EXAMPLES[case.command.__name__]


def test_every_named_problem_is_known(document: dict[str, Any]) -> None:
    known = set(document["components"]["examples"])
    named = {
        name
        for path in document["paths"].values()
        for found in path.values()
        for response in found["responses"].values()
        for name in response["content"].get("application/problem+json", {}).get("examples", ())
    }
    assert named <= known
    assert {"ticket-closed", "ticket-resolved", "not-resolved", "conflict", "key-in-use", "key-reused"} <= named


def test_the_forms_of_a_status_are_all_that_the_model_takes(document: dict[str, Any]) -> None:
    (case,) = (case for case in USE_CASES if case.path == "status")
    forms = operation(document, case)["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    for form in forms:
        values = {name: _any_value(schema) for name, schema in form["properties"].items()}
        case.command.model_validate(values)
    assert {name for form in forms for name in form["required"]} == {"status", "new_status", "waiting_reason"}


def _any_value(schema: dict[str, Any]) -> object:
    if "enum" in schema:
        return schema["enum"][0]
    return schema.get("const")
