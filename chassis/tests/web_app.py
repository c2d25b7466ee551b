"""An app of the chassis with a route for each thing that can go wrong."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx2
import structlog
from fastapi import FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from pymongo.errors import AutoReconnect, PyMongoError, ServerSelectionTimeoutError

from ticket_chassis.correlation import correlation_id
from ticket_chassis.health import Health
from ticket_chassis.json_bodies import read_json
from ticket_chassis.metrics import Metrics
from ticket_chassis.problems import OVERLOADED, FieldError, ProblemError, ProblemType
from ticket_chassis.web import create_web_app

TEAPOT = ProblemType("teapot", 418, "Short & <stout>", "Use a kettle.")
DATABASE_ERRORS: dict[str, type[PyMongoError]] = {
    "away": ServerSelectionTimeoutError,
    "lost": AutoReconnect,
    "other": PyMongoError,
}


class Item(BaseModel):
    """A body with a rule at two depths."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=5)
    tags: list[Annotated[str, Field(max_length=3)]] = []


class Order(BaseModel):
    """A body with bodies in it."""

    items: list[Item]


@asynccontextmanager
async def no_lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Start and stop nothing."""
    yield


def make_app(
    health: Health | None = None,
    metrics: Metrics | None = None,
    *,
    docs: bool = True,
    max_concurrent_requests: int = 100,
) -> FastAPI:
    """Return the app."""
    app = create_web_app(
        title="Trial",
        description="For tests",
        health=health or Health(),
        metrics=metrics or Metrics("trial"),
        lifespan=no_lifespan,
        problem_types=(TEAPOT,),
        docs=docs,
        max_concurrent_requests=max_concurrent_requests,
    )
    _add_reading_routes(app)
    _add_failing_routes(app)
    return app


def _add_reading_routes(app: FastAPI) -> None:
    @app.post("/orders")
    async def order(_: Order) -> str:
        return correlation_id()

    @app.post("/json")
    async def strict_json(request: Request) -> Any:
        return await read_json(request)

    @app.post("/optional-json")
    async def optional_json(request: Request) -> Any:
        return await read_json(request, optional=True)

    @app.get("/search")
    async def search(limit: Annotated[int, Query(le=100)] = 20, x_number: Annotated[int, Header()] = 0) -> int:
        return limit + x_number

    @app.get("/correlation")
    async def correlation() -> dict[str, str]:
        structlog.get_logger("tests.web").info("asked")
        return {"id": correlation_id(), "logged": structlog.contextvars.get_contextvars()["correlation_id"]}


def _add_failing_routes(app: FastAPI) -> None:
    @app.get("/database/{how}")
    async def database(how: str) -> None:
        raise DATABASE_ERRORS[how]("mongodb://user:s3cret@host")

    @app.get("/defect")
    async def defect() -> None:
        raise LookupError("s3cret")

    @app.get("/broken-stream")
    async def broken_stream() -> StreamingResponse:
        def chunks() -> Iterable[bytes]:
            yield b"first"
            raise LookupError("s3cret")

        return StreamingResponse(chunks())

    @app.get("/overloaded")
    async def overloaded() -> None:
        raise ProblemError(OVERLOADED, "Too many wait", headers={"Retry-After": "7"})

    @app.get("/teapot")
    async def teapot() -> None:
        raise ProblemError(TEAPOT, "I am one", errors=[FieldError("header", "Accept", "no tea")])

    @app.get("/http/{status}")
    async def http(status: int) -> None:
        raise HTTPException(status, "what the framework says")


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    """Return a client that talks to the app in this process."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://service")
