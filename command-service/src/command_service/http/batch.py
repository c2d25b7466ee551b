"""POST /commands: up to 500 commands in one request, each with an outcome of its own."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError, PydanticKnownError
from starlette.responses import JSONResponse

from command_service.commands.catalogue import COMMANDS
from command_service.execution.batch import BatchHandler
from command_service.execution.request import CommandRequest, Outcome
from command_service.http.bodies import MEMBERS_MAX, invalid, validate
from command_service.http.documentation import BATCH, COMMANDS_MAX
from command_service.http.headers import KEY_MAX, bare_key, no_parameters, traceparent
from command_service.http.ids import canonical_id
from command_service.http.occurred_at import parse_occurred_at
from command_service.http.problems import to_problem
from ticket_chassis.correlation import correlation_id
from ticket_chassis.errors import pointer
from ticket_chassis.json_bodies import read_json
from ticket_chassis.problems import TOO_LARGE, FieldError, ProblemError


def _known_type(name: str) -> str:
    if name not in COMMANDS:
        raise PydanticCustomError("unknown_type", "must be the name of a command")
    return name


def _uuid(text: str) -> str:
    ticket_id = canonical_id(text)
    if ticket_id is None:
        raise PydanticCustomError("uuid", "must be a UUID")
    return ticket_id


def _key(text: str) -> str:
    key = bare_key(text)
    if key is None:
        raise PydanticCustomError("key", f"must be 1 to {KEY_MAX} visible ASCII characters")
    return key


class BatchItem(BaseModel):
    """What must be right for the batch to be taken. The rest is that command's own affair."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: Annotated[str, AfterValidator(_known_type)]
    ticket_id: Annotated[str, AfterValidator(_uuid)]
    key: Annotated[str, AfterValidator(_key)]
    occurred_at: Any = None
    data: Any = None


def _some(items: tuple[BatchItem, ...]) -> tuple[BatchItem, ...]:
    # Not `min_length`: that counts the good ones, and would tell a batch of bad ones alone that it is empty, too.
    if not items:
        raise PydanticKnownError("too_short", {"field_type": "Tuple", "min_length": 1, "actual_length": 0})
    return items


class Batch(BaseModel):
    """The body of POST /commands."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    commands: Annotated[tuple[BatchItem, ...], AfterValidator(_some)]


def batch_routes(handler: BatchHandler, clock: Callable[[], datetime]) -> APIRouter:
    """Return the route; `clock` gives aware times."""
    router = APIRouter(tags=["commands"], dependencies=[Depends(no_parameters)])

    async def commands(request: Request) -> JSONResponse:
        body = await read_json(request)
        listed = body.get("commands") if isinstance(body, dict) else None
        if isinstance(listed, list) and len(listed) > COMMANDS_MAX:
            raise ProblemError(TOO_LARGE, f"A batch holds at most {COMMANDS_MAX} commands")
        items = validate(Batch, body).commands
        return JSONResponse({"outcomes": await _outcomes(handler, items, traceparent(request), clock())})

    router.add_api_route("/commands", commands, methods=["POST"], **BATCH)
    return router


async def _outcomes(
    handler: BatchHandler, items: tuple[BatchItem, ...], trace: str | None, now: datetime
) -> list[dict[str, Any]]:
    requests: dict[int, CommandRequest] = {}
    answers: dict[int, dict[str, Any]] = {}
    for place, item in enumerate(items):
        try:
            requests[place] = _to_request(item, place, trace, now)
        except ProblemError as problem:
            answers[place] = _failed(item, problem)
    results = await handler.execute(list(requests.values())) if requests else []
    for place, result in zip(requests, results, strict=True):
        item = items[place]
        answers[place] = _done(item, result) if isinstance(result, Outcome) else _failed(item, to_problem(result))
    return [answers[place] for place in range(len(items))]


def _to_request(item: BatchItem, place: int, trace: str | None, now: datetime) -> CommandRequest:
    path = ("commands", place)
    unknown = islice(item.model_extra or (), MEMBERS_MAX)
    if errors := [FieldError("pointer", pointer((*path, name)), "is not known here") for name in unknown]:
        raise invalid(errors)
    occurred_at = None
    if item.occurred_at is not None:
        try:
            occurred_at = parse_occurred_at(item.occurred_at, now)
        except ValueError as error:
            raise invalid([FieldError("pointer", f"/commands/{place}/occurred_at", str(error))]) from None
    return CommandRequest(
        ticket_id=item.ticket_id,
        command=validate(COMMANDS[item.type], item.data, path=(*path, "data")),
        key=item.key,
        occurred_at=occurred_at,
        correlation_id=correlation_id(),
        traceparent=trace,
    )


def _done(item: BatchItem, outcome: Outcome) -> dict[str, Any]:
    return {
        "key": item.key,
        "ticket_id": outcome.ticket_id,
        "version": outcome.version,
        "status": outcome.status.value,
        "token": outcome.token,
    }


def _failed(item: BatchItem, problem: ProblemError) -> dict[str, Any]:
    return {"key": item.key, "ticket_id": item.ticket_id, "problem": problem.as_json()}
