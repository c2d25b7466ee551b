"""Starts the service."""

from command_service.app import create_app
from command_service.settings import CommandSettings
from ticket_chassis.server import serve


def main() -> None:
    """Serve until told to stop."""
    serve(create_app, CommandSettings, "command-service")
