"""How the ticket after a command is answered."""

from typing import Any

from starlette.responses import JSONResponse

from command_service.execution.request import Outcome


def ticket_answer(outcome: Outcome, status: int = 200) -> JSONResponse:
    """Return the response of a single command; 201 says where the ticket is to be read (on the query service)."""
    headers = {"ETag": f'"{outcome.version}"', "Consistency-Token": outcome.token}
    if status == 201:
        headers["Location"] = f"/tickets/{outcome.ticket_id}"
    body: dict[str, Any] = {"id": outcome.ticket_id, "version": outcome.version, "status": outcome.status.value}
    return JSONResponse(body, status, headers)
