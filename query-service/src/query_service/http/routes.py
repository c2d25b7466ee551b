"""All routes of the service."""

from fastapi import APIRouter, Depends

from query_service.http.dashboard import dashboard_routes
from query_service.http.export import export_routes
from query_service.http.freshness import freshness_routes
from query_service.http.parameters import refuse_repetition
from query_service.http.reading import Reading
from query_service.http.tickets import ticket_routes


def create_router(reading: Reading) -> APIRouter:
    """Return the router of all reads; `reading` says what each request reads from."""
    router = APIRouter(dependencies=[Depends(refuse_repetition)])
    for routes in (ticket_routes, dashboard_routes, export_routes, freshness_routes):
        router.include_router(routes(reading))
    return router
