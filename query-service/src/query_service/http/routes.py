"""All routes of the service."""

from fastapi import APIRouter, Depends

from query_service.http.dashboard import dashboard_routes
from query_service.http.export import export_routes
from query_service.http.freshness import freshness_routes
from query_service.http.parameters import refuse_repetition
from query_service.http.tickets import ticket_routes
from query_service.queries import Queries


def create_router(queries: Queries) -> APIRouter:
    """Return the router of all reads."""
    router = APIRouter(dependencies=[Depends(refuse_repetition)])
    for routes in (ticket_routes, dashboard_routes, export_routes, freshness_routes):
        router.include_router(routes(queries))
    return router
