"""Settings of the query service, from the environment."""

import re
from socket import gethostname
from typing import Self

from pydantic import Field

from ticket_chassis.settings import ServiceSettings

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]")


def _host_name() -> str:
    return _NOT_IN_A_NAME.sub("-", gethostname())[:150] or "host"


class QuerySettings(ServiceSettings):
    """What the query service takes beside the common variables."""

    port: int = Field(default=8002, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    max_waiting: int = Field(default=1_000, ge=1, description="Requests that may wait for a token at a time, a worker")
    answers_mib: int = Field(default=48, ge=0, description="MiB of answers kept in memory, a worker; 0 keeps none")
    max_streams: int = Field(
        default=1_500, ge=1, description="Clients that may listen to GET /stream at a time, a worker"
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="Processes behind the port, each with all limits and caches of its own"
    )
    instance: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,150}$",
        description="Name under which Kafka keeps a process' partitions over a crash, together with the port; "
        "no other may have it. The host's by default",
    )

    def of_process(self, worker: int | None = None) -> Self:
        """Return them with a name that no other process has, for no other has the port; without one on any free port.

        Nobody but who listens at the port is named: two under one name put each other out of the group for ever.
        """
        if not self.port:
            return self
        place = [self.instance or _host_name(), str(self.port), *([str(worker)] if worker else [])]
        return self.model_copy(update={"instance": "-".join(place)})
