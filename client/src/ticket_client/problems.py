"""What the services refuse, as exceptions: one class for each `code` that they document."""

from typing import Any, ClassVar

from ticket_client.errors import ClientError


class ProblemError(ClientError):
    """The service refused, and said why: RFC 9457. A code that has no class of its own is raised as this one.

    `code` is the machine's word (`ticket-closed`), `detail` the sentence, `errors` the fields at fault if it named
    any, `retry_after` the seconds it asks to wait (None when it does not).
    """

    kinds: ClassVar[dict[str, type["ProblemError"]]] = {}
    """The class of each documented code."""

    def __init_subclass__(cls, code: str) -> None:
        super().__init_subclass__()
        ProblemError.kinds[code] = cls

    def __init__(
        self, status: int, code: str, detail: str, errors: list[dict[str, Any]], retry_after: float | None
    ) -> None:
        super().__init__(f"{status} {code}: {detail}" + "".join(f"\n  {_place(one, detail)}" for one in errors))
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.retry_after = retry_after


def _place(error: dict[str, Any], said: str) -> str:
    where = error.get("pointer") or error.get("parameter") or error.get("header") or ""
    # A single error is the detail as well; it is not said twice.
    return f"at {where}" if error.get("detail") == said else f"{where}: {error.get('detail', '')}"


class MalformedRequest(ProblemError, code="malformed-request"):
    """400: the body is not JSON."""


class BadParameter(ProblemError, code="bad-parameter"):
    """400: a query parameter, or the cursor, is wrong."""


class BadHeader(ProblemError, code="bad-header"):
    """400: a consistency token, an idempotency key or an If-Match is malformed."""


class NotFound(ProblemError, code="not-found"):
    """404: the service has no such page; its address may carry a path too much."""


class TicketNotFound(ProblemError, code="ticket-not-found"):
    """404: there is no ticket of this id, or it was erased."""


class MethodNotAllowed(ProblemError, code="method-not-allowed"):
    """405."""


class TicketClosed(ProblemError, code="ticket-closed"):
    """409: a closed ticket accepts nothing."""


class TicketResolved(ProblemError, code="ticket-resolved"):
    """409: a resolved ticket must be reopened first."""


class NotResolved(ProblemError, code="not-resolved"):
    """409: only a resolved ticket can be reopened."""


class TicketExists(ProblemError, code="ticket-exists"):
    """409: a batch creates a ticket that is there already."""


class Conflict(ProblemError, code="conflict"):
    """409: others changed the ticket at the same time, too often."""


class KeyInUse(ProblemError, code="key-in-use"):
    """409: the first command with this idempotency key is still undecided."""


class VersionMismatch(ProblemError, code="version-mismatch"):
    """412: the ticket is not at the version that `if_match` names. Read it, then decide again."""


class TooLarge(ProblemError, code="too-large"):
    """413: the body is above 1 MiB, or the batch above 500 commands."""


class UnsupportedMediaType(ProblemError, code="unsupported-media-type"):
    """415: the body is not declared as JSON."""


class Invalid(ProblemError, code="invalid"):
    """422: a field breaks a rule; `errors` names it."""


class KeyReused(ProblemError, code="key-reused"):
    """422: the idempotency key belongs to another command."""


class Unavailable(ProblemError, code="unavailable"):
    """503: the service's database is away. Whether a command was stored is unknown; the same key finds out."""


class Overloaded(ProblemError, code="overloaded"):
    """503: too many requests at a time."""


class ReadModelBehind(ProblemError, code="read-model-behind"):
    """503: the read side has not come to what the consistency tokens name."""


class TicketParked(ProblemError, code="ticket-parked"):
    """503: the read side cannot go on with this ticket until an operator mends it; `lenient` reads it as it was."""
