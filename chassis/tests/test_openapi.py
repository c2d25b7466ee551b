"""The document says what is so: no error forms of the framework's, examples of the problems that there are."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from chassis.tests.web_app import TEAPOT, client_of, make_app
from ticket_chassis.openapi_files import specification
from ticket_chassis.problems import CONTENT_TYPE

PROBLEM: dict[str, Any] = {"content": {CONTENT_TYPE: {}}}


class Model(BaseModel):
    """What a route answers."""


@pytest.fixture
def app() -> FastAPI:
    """Return an app with documented routes."""
    app = make_app()

    @app.get("/tickets/{ticket_id}", responses={404: PROBLEM | {"model": Model}, 418: PROBLEM, 503: PROBLEM})
    async def ticket(ticket_id: str) -> None: ...

    @app.post("/tickets", responses={400: PROBLEM, 404: PROBLEM})
    async def create(body: Model) -> None: ...

    return app


def examples(app: FastAPI, method: str, path: str, status: str) -> set[str]:
    """Return the names of the examples of an answer."""
    content = app.openapi()["paths"][path][method]["responses"][status]["content"]
    assert set(content) == {CONTENT_TYPE}
    return set(content[CONTENT_TYPE]["examples"])


def test_problems_have_examples_that_fit(app: FastAPI) -> None:
    assert examples(app, "get", "/tickets/{ticket_id}", "404") == {"ticket-not-found"}
    assert examples(app, "get", "/tickets/{ticket_id}", "418") == {TEAPOT.code}
    assert examples(app, "get", "/tickets/{ticket_id}", "503") == {"unavailable", "overloaded"}
    assert examples(app, "post", "/tickets", "404") == {"not-found"}
    assert examples(app, "post", "/tickets", "400") == {"malformed-request", "bad-parameter", "bad-header"}


def test_every_example_is_a_problem_of_its_name(app: FastAPI) -> None:
    for code, example in app.openapi()["components"]["examples"].items():
        assert example["value"]["code"] == code


def test_what_the_framework_supposes_is_gone(app: FastAPI) -> None:
    assert "HTTPValidationError" not in specification(app)
    assert "422" not in app.openapi()["paths"]["/tickets"]["post"]["responses"]


def test_every_answer_has_a_correlation_id(app: FastAPI) -> None:
    for item in app.openapi()["paths"].values():
        for operation in item.values():
            assert all("X-Correlation-Id" in response["headers"] for response in operation["responses"].values())


async def test_what_is_served_is_what_is_written(app: FastAPI) -> None:
    async with client_of(app) as client:
        assert (await client.get("/openapi.json")).json() == json.loads(specification(app))


def test_a_specification_is_always_the_same_text(app: FastAPI) -> None:
    assert specification(app) == specification(app)
    assert specification(app).endswith("}\n")
