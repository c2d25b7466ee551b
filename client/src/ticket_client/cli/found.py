"""Tickets by the names that people have for them."""

import re

from ticket_client.cli.stack import Exit, stop
from ticket_client.queries import QueryService

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


async def found(queries: QueryService, name: str) -> list[str]:
    """The ids of the tickets that `name` means: itself when it is an id, else all with this external id.

    Ends the command when there is none.
    """
    if _is_id(name):
        return [name]
    ids = [one.id async for one in queries.tickets(external_id=name)]
    if not ids:
        raise stop(Exit.NO, f"no ticket has the external id {name}")
    return ids


async def the_one(queries: QueryService, name: str) -> str:
    """The id of the only ticket that `name` means; ends the command when there are several."""
    ids = await found(queries, name)
    if len(ids) > 1:
        raise stop(Exit.USAGE, f"{len(ids)} tickets have the external id {name}; take one's id: {', '.join(ids)}")
    return ids[0]


def _is_id(name: str) -> bool:
    """Say whether it is written as ids are: 32 hex digits without hyphens are a number that another system gave."""
    return _ID.fullmatch(name) is not None
