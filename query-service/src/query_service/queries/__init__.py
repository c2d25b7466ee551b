"""Every query of the service on one screen. Each lives in a file of its own."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime

from query_service.answers import AnswerCache
from query_service.arrivals import Arrivals
from query_service.board import ProgressBoard
from query_service.domain.listing import ListQuery
from query_service.domain.searching import SearchQuery
from query_service.domain.tokens import ConsistencyToken
from query_service.flights import Flights
from query_service.ports import Counters, FoundTicket, ProgressLog, Tickets, Timeline
from query_service.queries.await_token import Patience, Subject, TokenWait, Verdict
from query_service.queries.export_tickets import export_tickets
from query_service.queries.list_tickets import TicketPage, list_tickets
from query_service.queries.search_tickets import FoundPage, search_tickets
from query_service.queries.show_daily import show_daily
from query_service.queries.show_dashboard import show_dashboard
from query_service.queries.show_freshness import Freshness, show_freshness
from query_service.queries.show_ticket import show_ticket
from query_service.queries.show_timeline import TimelinePage, show_timeline
from query_service.queries.totals import CurrentTotals
from query_service.sightings import Sightings


@dataclass(frozen=True)
class Queries:
    """What can be asked of a generation; bodies are JSON bytes."""

    generation: int
    tickets: Tickets
    timeline: Timeline
    counters: Counters
    progress_log: ProgressLog
    totals: CurrentTotals
    arrivals: Arrivals
    sightings: Sightings
    answers: AnswerCache
    flights: Flights
    board: ProgressBoard

    async def list_tickets(self, query: ListQuery) -> TicketPage:
        """Return a page of tickets."""
        return await list_tickets(query, self.tickets)

    async def search_tickets(self, query: SearchQuery) -> FoundPage:
        """Return a page of the tickets that have some words."""
        return await search_tickets(query, self.tickets)

    async def show_ticket(self, ticket_id: str) -> FoundTicket:
        """Return one ticket; raises NoSuchTicket."""
        return await show_ticket(ticket_id, self.tickets)

    async def show_timeline(self, ticket_id: str, after: int, limit: int) -> TimelinePage:
        """Return a page of a ticket's history; raises NoSuchTicket."""
        return await show_timeline(ticket_id, after, limit, self.tickets, self.timeline)

    def export_tickets(self, updated_since: datetime | None) -> AsyncIterator[bytes]:
        """Yield all tickets, a line each."""
        return export_tickets(updated_since, self.tickets)

    async def show_dashboard(self) -> bytes:
        """Return the dashboard."""
        return await show_dashboard(self.totals, self.board)

    async def show_daily(self, first: date, last: date) -> bytes:
        """Return what occurred by day."""
        return await show_daily(first, last, self.totals)

    async def show_freshness(self) -> Freshness:
        """Return how far behind the read model is."""
        return await show_freshness(self.progress_log, self.board)

    async def await_token(self, token: ConsistencyToken, patience: Patience, subject: Subject) -> Verdict:
        """Return once a read of `subject` shows what the token names, or how far it got; raises TooManyWaiting."""
        wait = TokenWait(self.tickets, self.timeline, self.counters, self.arrivals, self.sightings, token, patience)
        return await wait.wait(subject)
