"""The environment of the projector-service."""

from pydantic import Field

from ticket_chassis.settings import DatabaseName, ServiceSettings


class Settings(ServiceSettings):
    """What the projector takes from its environment, beside what every service does."""

    port: int = Field(default=8003, ge=0, le=65535, description="Port of health and metrics")
    mongo_database: DatabaseName = "tickets_projector"
