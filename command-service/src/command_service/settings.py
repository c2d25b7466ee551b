"""What the command service takes from its environment."""

from pydantic import Field

from ticket_chassis.settings import DatabaseName, ServiceSettings


class CommandSettings(ServiceSettings):
    """The common settings and this service's own."""

    port: int = Field(default=8001, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    mongo_database: DatabaseName = "tickets_command"
    relay_enabled: bool = Field(default=True, description="False: this instance takes commands only")
    auto_close_after_days: int | None = Field(
        default=None, ge=1, le=36_500, description="Close tickets that many days after their resolution; absent: never"
    )
