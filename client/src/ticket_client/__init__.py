"""Typed client of the two ticket APIs: async here, blocking in ticket_client.sync, the `tickets` command in .cli."""

from ticket_client.commands import CommandService
from ticket_client.consistency import Reading
from ticket_client.errors import ClientError, UnexpectedAnswerError, UnreachableError
from ticket_client.filters import TicketFilters
from ticket_client.models import Accepted, Command, Dashboard, Outcome, Ticket, TicketItem, TimelineEntry
from ticket_client.problems import (
    Conflict,
    Invalid,
    KeyReused,
    NotResolved,
    Overloaded,
    ProblemError,
    ReadModelBehind,
    TicketClosed,
    TicketExists,
    TicketNotFound,
    TicketParked,
    TicketResolved,
    Unavailable,
    VersionMismatch,
)
from ticket_client.queries import Page, QueryService
from ticket_client.retry import NO_RETRY, RetryPolicy
from ticket_client.session import Session

__all__ = [
    "NO_RETRY",
    "Accepted",
    "ClientError",
    "Command",
    "CommandService",
    "Conflict",
    "Dashboard",
    "Invalid",
    "KeyReused",
    "NotResolved",
    "Outcome",
    "Overloaded",
    "Page",
    "ProblemError",
    "QueryService",
    "ReadModelBehind",
    "Reading",
    "RetryPolicy",
    "Session",
    "Ticket",
    "TicketClosed",
    "TicketExists",
    "TicketFilters",
    "TicketItem",
    "TicketNotFound",
    "TicketParked",
    "TicketResolved",
    "TimelineEntry",
    "Unavailable",
    "UnexpectedAnswerError",
    "UnreachableError",
    "VersionMismatch",
]
