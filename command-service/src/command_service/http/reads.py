"""What is read elsewhere: the Location of a new ticket is a path of the query service, and people try it here first."""

from fastapi import APIRouter

from ticket_chassis.problems import NOT_FOUND, ProblemError

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
"""All: the path is unknown here by whatever method, and 405 would say that there is one that is right."""


def read_elsewhere() -> APIRouter:
    """Return the paths of single tickets on the query service, as 404 `not-found` that says so."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/tickets/{ticket_id}", methods=METHODS)
    @router.api_route("/tickets/{ticket_id}/timeline", methods=METHODS)
    async def elsewhere() -> None:
        raise ProblemError(NOT_FOUND, "Tickets are read from the query service, under the same path")

    return router
