"""What every service serves beside its own routes."""

from collections.abc import AsyncIterator
from contextlib import nullcontext

import httpx2
import pytest
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from chassis.tests.web_app import TEAPOT, client_of, make_app
from ticket_chassis.correlation import MAX_LENGTH, correlation_id
from ticket_chassis.health import Health, NotReady
from ticket_chassis.metrics import Metrics
from ticket_chassis.problems import COMMON, ProblemType
from ticket_chassis.web import create_web_app


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of the trial app."""
    async with client_of(make_app()) as http:
        yield http


async def test_a_service_that_works_is_healthy_and_ready(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "problems": {}, "details": {}})
    assert "retry-after" not in ready.headers


async def test_a_service_that_cannot_serve_is_healthy_and_says_why_it_is_not_ready() -> None:
    async def away() -> None:
        raise NotReady("no primary")

    health = Health()
    health.add_check("mongodb", away)
    async with client_of(make_app(health)) as client:
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "1")
    assert ready.json() == {"status": "unready", "problems": {"mongodb": "no primary"}, "details": {}}


async def test_metrics_are_in_prometheus_text_format() -> None:
    metrics = Metrics("trial")
    metrics.counter("orders_total", "Orders").inc()
    async with client_of(make_app(metrics=metrics)) as client:
        response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "tickets_trial_orders_total 1.0" in response.text


@pytest.mark.parametrize("kind", [*COMMON, TEAPOT], ids=lambda kind: kind.code)
async def test_every_problem_has_a_page_that_says_what_to_do(client: httpx2.AsyncClient, kind: ProblemType) -> None:
    page = await client.get(kind.uri)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert kind.code in page.text
    assert f"HTTP {kind.status}" in page.text
    assert kind.advice.split()[0] in page.text


async def test_a_page_is_escaped(client: httpx2.AsyncClient) -> None:
    assert "Short &amp; &lt;stout&gt;" in (await client.get(TEAPOT.uri)).text


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
async def test_only_an_api_has_documentation(client: httpx2.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200
    async with client_of(make_app(docs=False)) as without:
        assert (await without.get(path)).status_code == 404


@pytest.mark.parametrize("given", ["c-1", "a b", "x" * MAX_LENGTH])
async def test_a_correlation_id_is_taken_bound_and_answered(client: httpx2.AsyncClient, given: str) -> None:
    response = await client.get("/correlation", headers={"X-Correlation-Id": given})
    assert response.headers["x-correlation-id"] == given
    assert response.json() == {"id": given, "logged": given}


@pytest.mark.parametrize("given", [b"", b"x" * (MAX_LENGTH + 1), b"caf\xe9", b"a\tb"])
async def test_an_unusable_correlation_id_is_replaced(client: httpx2.AsyncClient, given: bytes) -> None:
    response = await client.get("/correlation", headers=[(b"x-correlation-id", given)])
    made = response.json()["id"]
    assert response.status_code == 200
    assert len(made) == 36
    assert response.headers["x-correlation-id"] == made


async def test_each_request_has_a_correlation_id_of_its_own(client: httpx2.AsyncClient) -> None:
    made = {(await client.get("/correlation")).json()["id"] for _ in range(10)}
    assert len(made) == 10
    assert correlation_id() == ""


@pytest.mark.parametrize("path", ["/defect", "/nowhere", "/database/away"])
async def test_a_failed_request_is_answered_and_logged_with_its_correlation_id(
    client: httpx2.AsyncClient, path: str
) -> None:
    with capture_logs(processors=[merge_contextvars]) as logged:
        response = await client.get(path, headers={"X-Correlation-Id": "c-1"})
    assert response.headers["x-correlation-id"] == "c-1"
    assert all(line["correlation_id"] == "c-1" for line in logged)
    refused = logged[-1]
    assert (refused["event"], refused["method"], refused["status"]) == ("request refused", "GET", response.status_code)
    assert refused["duration_ms"] >= 0
    assert path != "/nowhere" or refused["route"] is None  # a path may be anybody's text


async def test_what_went_well_is_not_logged(client: httpx2.AsyncClient) -> None:
    with capture_logs() as logged:
        await client.get("/healthz")
    assert logged == []


async def test_the_bare_address_leads_to_the_documentation(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


async def test_a_defect_in_a_services_own_middleware_is_a_problem_as_well() -> None:
    class Broken:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            raise LookupError

    app = create_web_app(
        title="Trial",
        description="",
        health=Health(),
        metrics=Metrics("trial"),
        lifespan=lambda _: nullcontext(),
        middleware=[Middleware(Broken)],
    )
    async with client_of(app) as client:
        answer = await client.get("/healthz")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "x-correlation-id" in answer.headers
