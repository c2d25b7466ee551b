"""Query: all tickets, one JSON document a line, by id."""

from collections.abc import AsyncIterator
from datetime import datetime

from query_service.ports import Tickets


async def export_tickets(updated_since: datetime | None, tickets: Tickets) -> AsyncIterator[bytes]:
    """Yield the export in chunks of whole lines."""
    async for documents in tickets.export(updated_since):
        yield b"\n".join(documents) + b"\n"
