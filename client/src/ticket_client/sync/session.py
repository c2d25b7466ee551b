"""The blocking session: every call of both services, listed once."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from ticket_client.commands import CommandService
from ticket_client.queries import QueryService
from ticket_client.retry import RetryPolicy
from ticket_client.session import Session as AsyncSession
from ticket_client.sync.blocking import Blocking, Call, Items
from ticket_client.sync.loop import LoopThread


class Commands(Blocking):
    """CommandService, blocking."""

    create_ticket = Call(CommandService.create_ticket)
    update_status = Call(CommandService.update_status)
    assign_ticket = Call(CommandService.assign_ticket)
    change_priority = Call(CommandService.change_priority)
    add_agent_note = Call(CommandService.add_agent_note)
    add_reply = Call(CommandService.add_reply)
    change_tags = Call(CommandService.change_tags)
    resolve_ticket = Call(CommandService.resolve_ticket)
    reopen_ticket = Call(CommandService.reopen_ticket)
    close_ticket = Call(CommandService.close_ticket)
    send = Call(CommandService.send)
    freshness = Call(CommandService.freshness)
    ready = Call(CommandService.ready)


class Queries(Blocking):
    """QueryService, blocking; what it gives as async iterators are iterators here."""

    tickets = Items(QueryService.tickets)
    ticket_pages = Items(QueryService.ticket_pages)
    ticket = Call(QueryService.ticket)
    refresh = Call(QueryService.refresh)
    timeline = Items(QueryService.timeline)
    dashboard = Call(QueryService.dashboard)
    daily = Call(QueryService.daily)
    export = Items(QueryService.export)
    export_lines = Items(QueryService.export_lines)
    changes = Items(QueryService.changes)
    freshness = Call(QueryService.freshness)
    ready = Call(QueryService.ready)


class Session:
    """ticket_client.Session without `await`: addresses, retries and consistency tokens are the same.

    Any number of threads may use it. Use it as a context manager, or close it.
    """

    def __init__(
        self,
        command_url: str | None = None,
        query_url: str | None = None,
        *,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._session = AsyncSession(command_url, query_url, retry=retry, headers=headers)
        self._loop = LoopThread()
        self.commands = Commands(self._session.commands, self._loop)
        self.queries = Queries(self._session.queries, self._loop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections and the thread back. Again does nothing."""
        if not self._loop.closed:
            self._loop.close(self._session.close())
