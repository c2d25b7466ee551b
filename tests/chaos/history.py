"""What the clients did and saw: every command with each of its attempts, every read with what it returned.

Times are seconds of one monotonic clock, that of the process that runs the load.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]

PAGE = 100
"""Items and entries that a read asks for, the most that the service gives: only the first page is recorded."""


@dataclass(frozen=True)
class Accepted:
    """The service said that it is done: the ticket's version and status after it."""

    ticket: str
    version: int
    status: str


@dataclass(frozen=True)
class Refused:
    """The service said no, for good; `code` is the problem's slug."""

    status: int
    code: str


@dataclass(frozen=True)
class Unknown:
    """No answer, or one that leaves open whether the command was stored."""

    why: str


Answer = Accepted | Refused | Unknown


class Fate(StrEnum):
    """What a client may believe of a command after all its attempts."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNKNOWN = "timed out"


@dataclass(frozen=True)
class Attempt:
    """One request that carried the command."""

    sent: float
    answered: float
    answer: Answer


@dataclass
class Command:
    """A command of one client under one key. `ticket` is None where the service makes the id (POST /tickets)."""

    key: str
    client: str
    type: str
    ticket: str | None
    data: Json
    occurred_at: str | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def accepted(self) -> list[Accepted]:
        """The answers that said it is done."""
        return [attempt.answer for attempt in self.attempts if isinstance(attempt.answer, Accepted)]

    @property
    def refused(self) -> list[Refused]:
        """The answers that said no for good."""
        return [attempt.answer for attempt in self.attempts if isinstance(attempt.answer, Refused)]

    @property
    def fate(self) -> Fate:
        """A yes is for ever; a no answers for all attempts before it, since a retry is a replay where one was stored.

        Whoever asks again after a no has it decided anew.
        """
        if self.accepted:
            return Fate.ACKNOWLEDGED
        return Fate.REFUSED if isinstance(self.attempts[-1].answer, Refused) else Fate.UNKNOWN

    @property
    def sent(self) -> float:
        """When it was sent first."""
        return self.attempts[0].sent


class Subject(StrEnum):
    """What a read asked for."""

    TICKET = "ticket"
    LIST = "list"
    TIMELINE = "timeline"
    DASHBOARD = "dashboard"


@dataclass(frozen=True)
class Read:
    """One read. `of`: the ticket asked for, the customer of a list, "" for the dashboard.

    `token`: version by ticket, empty without a token. `status`: HTTP's, 0 for no answer. `satisfied`: the answer
    claims to hold everything that the token names. `documents`: the ticket, the items, the entries, or the rows of
    groups that are named after one of the token's tickets.
    """

    client: str
    subject: Subject
    of: str
    sent: float
    answered: float
    token: Mapping[str, int]
    status: int
    lenient: bool = False
    satisfied: bool = False
    documents: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Written:
    """A message that somebody else than the command service put on the log of events, under a ticket's key.

    `customer`: whose ticket it is, where the message is what makes the ticket.
    """

    partition: int
    offset: int
    ticket: str
    customer: str | None = None


@dataclass
class History:
    """Everything that the clients of one run did, in the order in which they began it, and what others wrote."""

    commands: list[Command] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
