"""Typed async client of the two ticket APIs. The `tickets` command line lives in ticket_client.cli."""

from ticket_client.commands import CommandService
from ticket_client.errors import ClientError, ProblemError, UnreachableError
from ticket_client.models import Command, Outcome
from ticket_client.queries import QueryService, Reading
from ticket_client.retry import NO_RETRY, RetryPolicy

__all__ = [
    "NO_RETRY",
    "ClientError",
    "Command",
    "CommandService",
    "Outcome",
    "ProblemError",
    "QueryService",
    "Reading",
    "RetryPolicy",
    "UnreachableError",
]
