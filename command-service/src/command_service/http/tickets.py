"""POST /tickets and POST /tickets/{ticket_id}/…: one command a request."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from command_service.commands.catalogue import USE_CASES, UseCase
from command_service.commands.command import Command
from command_service.commands.create_ticket import CreateTicket
from command_service.domain.refusals import TicketNotFound
from command_service.execution.handler import CommandHandler
from command_service.execution.request import CommandRequest
from command_service.http.answers import ticket_answer
from command_service.http.bodies import validate
from command_service.http.documentation import describe
from command_service.http.headers import idempotency_key, if_match, no_parameters, traceparent
from command_service.http.ids import canonical_id
from ticket_chassis.correlation import correlation_id
from ticket_chassis.json_bodies import read_json

TicketIdPath = Annotated[
    str,
    Path(
        description="Id of the ticket, in either case; a malformed one is 404 like one that is unknown",
        json_schema_extra={"format": "uuid", "example": "0199f0a4-5b7c-7d3e-8f10-2a3b4c5d6e7f"},
    ),
]


def ticket_routes(handler: CommandHandler, new_id: Callable[[], str]) -> APIRouter:
    """Return the routes of all single commands; `new_id` makes ticket ids."""
    router = APIRouter(tags=["commands"], dependencies=[Depends(no_parameters)])

    async def create(request: Request) -> Response:
        key, versions = idempotency_key(request), if_match(request)
        command = validate(CreateTicket, await read_json(request))
        outcome = await handler.execute(
            CommandRequest(
                ticket_id=new_id(),
                command=command,
                key=key,
                ticket_is_new=True,
                if_match=versions,
                correlation_id=correlation_id(),
                traceparent=traceparent(request),
            )
        )
        return ticket_answer(outcome, 201)

    for case in USE_CASES:
        endpoint = create if case.path is None else _change(handler, case)
        path = "/tickets" if case.path is None else f"/tickets/{{ticket_id}}/{case.path}"
        router.add_api_route(path, endpoint, methods=["POST"], **describe(case))
    return router


def _change(handler: CommandHandler, case: UseCase) -> Callable[[Request, str], Awaitable[Response]]:
    async def change(request: Request, ticket_id: TicketIdPath) -> Response:
        key, versions = idempotency_key(request), if_match(request)
        command: Command = validate(case.command, await read_json(request, optional=case.body_optional))
        known_id = canonical_id(ticket_id)
        if known_id is None:
            raise TicketNotFound
        outcome = await handler.execute(
            CommandRequest(
                ticket_id=known_id,
                command=command,
                key=key,
                if_match=versions,
                correlation_id=correlation_id(),
                traceparent=traceparent(request),
            )
        )
        return ticket_answer(outcome)

    return change
