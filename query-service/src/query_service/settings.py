"""Settings of the query service, from the environment."""

from pydantic import Field

from ticket_chassis.settings import ServiceSettings


class QuerySettings(ServiceSettings):
    """What the query service takes beside the common variables."""

    port: int = Field(default=8002, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    max_waiting: int = Field(default=1_000, ge=1, description="Requests that may wait for a token at a time, a worker")
    answers_mib: int = Field(default=32, ge=0, description="MiB of answers kept in memory, a worker; 0 keeps none")
    max_streams: int = Field(
        default=1_500, ge=1, description="Clients that may listen to GET /stream at a time, a worker"
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="Processes behind the port, each with all limits and caches of its own"
    )
