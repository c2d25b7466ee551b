"""The two services that the command line talks to, and how a failure of theirs ends the process."""

import asyncio
import errno
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import typer
from pydantic_core import PydanticSerializationError

from ticket_client.catch_up import NotCaughtUpError
from ticket_client.errors import ClientError
from ticket_client.incidents.log import LogError
from ticket_client.problems import BadHeader, BadParameter, Invalid, TicketNotFound
from ticket_client.retry import RetryPolicy
from ticket_client.session import Session

T = TypeVar("T")


class Exit(IntEnum):
    """What the exit code of `tickets` means."""

    DONE = 0
    NO = 1
    """A figure differs, or there is no such ticket."""
    USAGE = 2
    """Wrong arguments, also where only a service can tell, or a file that cannot be read or written."""
    SERVICE = 3
    """A service does not answer, or refused the request."""
    BEHIND = 4
    """The read side did not catch up in time."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Where the services are; `transport` stands in for the network in tests."""

    command_url: str
    query_url: str
    transport: httpx2.AsyncBaseTransport | None = None

    def session(self, retry: RetryPolicy | None = None) -> Session:
        """Both services; what is written here is in what is read here."""
        return Session(self.command_url, self.query_url, retry=retry, transport=self.transport)


def address(url: str | None) -> str | None:
    """Callback of an option that takes a service's address; wrong usage where it is none."""
    parts = urlsplit(url) if url is not None else None
    if parts is not None and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise typer.BadParameter(f"{url!r} is no address; write one such as http://127.0.0.1:8001")
    return url


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end; what goes wrong on purpose becomes a sentence on stderr and an exit code."""
    try:
        return asyncio.run(work)
    except NotCaughtUpError as error:
        raise stop(Exit.BEHIND, f"not caught up in time: {error}") from None
    except TicketNotFound as error:
        raise stop(Exit.NO, str(error)) from None
    except (Invalid, BadParameter, BadHeader) as error:
        raise stop(Exit.USAGE, str(error)) from None
    except ClientError as error:
        raise stop(Exit.SERVICE, str(error)) from None
    except LogError as error:
        raise stop(Exit.USAGE, str(error)) from None
    except (UnicodeError, PydanticSerializationError) as error:
        raise stop(Exit.USAGE, f"text that cannot be sent: {error}") from None
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # the reader of our output went away; typer ends quietly then
        raise stop(Exit.USAGE, str(error)) from None


def stop(code: Exit, why: str) -> typer.Exit:
    """The exception that ends the process, its reason said."""
    typer.echo(f"tickets: {why}", err=True)
    return typer.Exit(code)
