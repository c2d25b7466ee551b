"""What can go wrong with a command, as HTTP says it. Domain errors are mapped here and nowhere else."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from command_service.domain.refusals import Refused
from command_service.execution.admission import NotAdmitted
from command_service.execution.request import VersionMismatch
from command_service.ports import Overloaded, StoreUnavailable, UnreadableTicket
from ticket_chassis.problems import INVALID, OVERLOADED, TICKET_NOT_FOUND, UNAVAILABLE, ProblemError, ProblemType

TICKET_CLOSED = ProblemType(
    "ticket-closed", 409, "The ticket is closed", "Create a new ticket; a closed one accepts nothing."
)
TICKET_RESOLVED = ProblemType("ticket-resolved", 409, "The ticket is resolved", "Reopen the ticket first.")
NOT_RESOLVED = ProblemType("not-resolved", 409, "The ticket is not resolved", "Only a resolved ticket can be reopened.")
TICKET_EXISTS = ProblemType("ticket-exists", 409, "The ticket exists already", "Use another id, or change that ticket.")
CONFLICT = ProblemType("conflict", 409, "Others changed the ticket at the same time", "Send the command again.")
KEY_IN_USE = ProblemType(
    "key-in-use", 409, "The key's first command is undecided", "Send the same command again in a moment."
)
VERSION_MISMATCH = ProblemType("version-mismatch", 412, "If-Match does not hold", "Read the ticket, then decide again.")
KEY_REUSED = ProblemType(
    "key-reused", 422, "The key was used for another command", "Use a new key for each new command."
)

PROBLEM_TYPES = (
    TICKET_CLOSED,
    TICKET_RESOLVED,
    NOT_RESOLVED,
    TICKET_EXISTS,
    CONFLICT,
    KEY_IN_USE,
    VERSION_MISMATCH,
    KEY_REUSED,
)

_BY_CODE = {problem.code: problem for problem in (*PROBLEM_TYPES, INVALID, TICKET_NOT_FOUND)}

Failure = Refused | StoreUnavailable | UnreadableTicket | Overloaded


def to_problem(failure: Failure) -> ProblemError:
    """Return the problem that a failure of a use case is."""
    match failure:
        case VersionMismatch(version=int(version)):
            return ProblemError(VERSION_MISMATCH, str(failure), headers={"ETag": f'"{version}"'})
        case Refused():
            return ProblemError(_BY_CODE[failure.code], str(failure))
        case Overloaded():
            return ProblemError(OVERLOADED, "Too many commands are waiting")
        case UnreadableTicket():
            return ProblemError(UNAVAILABLE, f"A newer release wrote {failure}; this one cannot read it")
        case NotAdmitted():
            return ProblemError(UNAVAILABLE, f"Nothing new is stored now: {failure}")
        case _:
            return ProblemError(UNAVAILABLE, "The database does not answer; whether the command was stored is unknown")


def map_failures(app: FastAPI) -> None:
    """Let the app answer failures of use cases as problems."""

    async def on_failure(_: Request, error: Exception) -> Response:
        assert isinstance(error, Failure)  # noqa: S101 - registered for these alone
        return to_problem(error).response()

    for kind in (Refused, StoreUnavailable, UnreadableTicket, Overloaded):
        app.add_exception_handler(kind, on_failure)
