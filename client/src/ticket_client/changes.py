"""Changes of tickets as the query-service tells them: server-sent events (WHATWG HTML, 9.2), read and understood."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError
from pydantic_core import from_json

from ticket_client.errors import UnexpectedAnswerError
from ticket_client.models import TicketItem


class Change(NamedTuple):
    """What happened to a ticket, or to the watch itself; `event_id` resumes a watch behind it.

    - ready: every change from here on will be told.
    - reset: changes were missed that nobody can tell any more; what is shown must be read anew.
    - changed: `ticket` is how it is now. The highest version counts, should an older one come again.
    - left: the ticket with `ticket_id` does not pass the filters (any more), or was `erased`.
    """

    kind: Literal["ready", "reset", "changed", "left"]
    event_id: str
    ticket_id: str | None = None
    version: int | None = None
    ticket: TicketItem | None = None
    erased: bool = False


class Event(NamedTuple):
    """One event as it stands in the stream; `data` is empty where only the id moved on."""

    id: str
    name: str
    data: str


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Event, None]:
    """The events of a stream, up to where it breaks off; one that is not whole is none."""
    event_id, name, data = "", "message", ""
    async with aclosing(_lines(chunks)) as lines:
        async for line in lines:
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if not line:
                yield Event(event_id, name, data)
                name, data = "message", ""
            elif field == "id":
                event_id = value
            elif field == "event":
                name = value
            elif field == "data":
                data = f"{data}\n{value}" if data else value


def change_of(event: Event) -> Change | None:
    """What an event says; None if it says nothing of a ticket or of the watch. Raises UnexpectedAnswerError."""
    if not event.data or event.name not in ("ready", "reset", "changed", "left"):
        return None
    try:
        data: dict[str, Any] = from_json(event.data)
        if event.name == "changed":
            ticket = TicketItem.model_validate_json(event.data)
            return Change("changed", event.id, ticket.id, ticket.version, ticket)
        if event.name == "left":
            return Change("left", event.id, data["id"], data["version"], erased=data["erased"])
        return Change("ready" if event.name == "ready" else "reset", event.id)
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise UnexpectedAnswerError(f"an event that the API does not describe: {error}") from None


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode()
