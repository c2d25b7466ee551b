"""Why a command is refused. Each carries the slug under which the edge reports it."""

from typing import ClassVar


class Refused(Exception):
    """The command has no effect; `code` names the reason, the message is for people."""

    code: ClassVar[str]
    detail: ClassVar[str] = ""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.detail)


class TicketNotFound(Refused):
    """There is no ticket of this id."""

    code = "ticket-not-found"
    detail = "Ticket not found"


class TicketExists(Refused):
    """A ticket of this id was created before."""

    code = "ticket-exists"
    detail = "A ticket with this id exists already"


class AlreadyClosed(Refused):
    """A closed ticket accepts nothing."""

    code = "ticket-closed"
    detail = "Closed tickets cannot be reopened"


class AlreadyResolved(Refused):
    """A resolved ticket must be reopened before its status can change."""

    code = "ticket-resolved"
    detail = "The ticket is resolved; reopen it first"


class NotResolved(Refused):
    """Only a resolved ticket can be reopened."""

    code = "not-resolved"
    detail = "Only a resolved ticket can be reopened"


class TooManyTags(Refused):
    """The change would leave the ticket with more tags than it may have."""

    code = "invalid"
