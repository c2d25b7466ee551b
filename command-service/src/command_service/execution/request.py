"""One command on its way through the service, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime

from command_service.commands.command import Command
from command_service.domain.refusals import Refused
from ticket_contracts.fields import Status


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A validated command with all that came with it.

    `ticket_is_new`: the service made the id, so a retry has another one. `if_match`: versions of which one must
    hold, None for any; a ticket that is yet to be made has none of them. `key` is the idempotency key.
    """

    ticket_id: str
    command: Command
    key: str | None = None
    ticket_is_new: bool = False
    occurred_at: datetime | None = None
    if_match: frozenset[int] | None = None
    correlation_id: str | None = None
    traceparent: str | None = None

    def payload(self) -> bytes:
        """Return what makes two requests the same: type, ticket (unless new), data after defaults, occurred_at."""
        name = type(self.command).__name__
        ticket = "" if self.ticket_is_new else self.ticket_id
        occurred = "" if self.occurred_at is None else self.occurred_at.isoformat()
        data = self.command.__pydantic_serializer__.to_json(self.command)
        return f"{name}\n{ticket}\n{occurred}\n".encode() + data


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ticket after the command."""

    ticket_id: str
    version: int
    status: Status

    @property
    def token(self) -> str:
        """The consistency token: a read that carries it sees this version."""
        return f"{self.ticket_id}:{self.version}"


class VersionMismatch(Refused):
    """If-Match does not hold; `version` is the ticket's, None where there is no ticket yet."""

    code = "version-mismatch"

    def __init__(self, version: int | None = None) -> None:
        super().__init__(
            "A ticket yet to be made has no version" if version is None else f"The ticket is at version {version}"
        )
        self.version = version


class Conflict(Refused):
    """The race for the ticket's next version was lost too often."""

    code = "conflict"
    detail = "Others changed the ticket at the same time; try again"


class KeyReused(Refused):
    """The idempotency key was used with another payload."""

    code = "key-reused"
    detail = "This key was used for another command"


class KeyInUse(Refused):
    """A command with the same key is still undecided."""

    code = "key-in-use"
    detail = "A command with this key is still undecided; try again"
