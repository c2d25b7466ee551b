"""Closes tickets N days after their resolution, by the same command that people use."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from command_service.commands.close_ticket import CloseTicket
from command_service.domain.refusals import Refused
from command_service.execution.handler import CommandHandler
from command_service.execution.request import CommandRequest
from command_service.ports import Resolutions, ResolvedTicket, UnreadableTicket

log = structlog.get_logger(__name__)


class AutoClose:
    """One pass over the tickets whose time has come. `clock` gives aware times."""

    def __init__(
        self, resolutions: Resolutions, handler: CommandHandler, after: timedelta, clock: Callable[[], datetime]
    ) -> None:
        self._resolutions = resolutions
        self._handler = handler
        self._after = after
        self._clock = clock

    async def close_due(self) -> int:
        """Close every ticket resolved longer ago than the limit; return how many. Raises StoreUnavailable."""
        closed = 0
        async for ticket in self._resolutions.before(self._clock() - self._after):
            closed += await self._close(ticket)
        return closed

    async def _close(self, ticket: ResolvedTicket) -> bool:
        request = CommandRequest(
            ticket_id=ticket.ticket_id,
            command=CloseTicket(),
            # Two instances, or a pass that is repeated, close a ticket once.
            key=f"auto-close:{ticket.ticket_id}:{ticket.resolution}",
            # Whoever touched the ticket meanwhile may have reopened it: then it is not ours to close.
            if_match=frozenset({ticket.version}),
        )
        try:
            await self._handler.execute(request)
        except Refused as refusal:
            log.info("not closed by itself", ticket_id=ticket.ticket_id, reason=refusal.code)
            return False
        except UnreadableTicket:
            log.info("not closed by itself", ticket_id=ticket.ticket_id, reason="a newer release wrote an event of it")
            return False
        return True
