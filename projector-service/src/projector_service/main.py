"""`python -m projector_service`: runs the service until SIGTERM."""

from projector_service.app import create_app
from projector_service.settings import Settings
from ticket_chassis.server import serve


def main() -> None:
    """Run the service."""
    serve(create_app, Settings, "projector-service")
