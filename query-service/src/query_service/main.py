"""Runs the query service with settings from the environment."""

from query_service.app import create_app
from query_service.settings import QuerySettings
from ticket_chassis.server import serve


def main() -> None:
    """Serve until told to stop."""
    serve(create_app, QuerySettings, "query-service", workers=lambda settings: settings.workers)
