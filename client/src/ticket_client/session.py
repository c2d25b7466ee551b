"""Both APIs as one conversation: what it writes is in what it reads afterwards."""

import os
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx2

from ticket_client.commands import CommandService
from ticket_client.consistency import Tokens
from ticket_client.queries import QueryService
from ticket_client.retry import RetryPolicy

COMMAND_URL = "TICKETS_COMMAND_URL"
QUERY_URL = "TICKETS_QUERY_URL"
DEFAULT_COMMAND_URL = "http://127.0.0.1:8001"
DEFAULT_QUERY_URL = "http://127.0.0.1:8002"


class Session:
    """The two services, `commands` and `queries`, and the consistency tokens between them.

    Without addresses it takes those of the environment (TICKETS_COMMAND_URL, TICKETS_QUERY_URL), else the stack that
    `make up` started. Every accepted command is remembered, the newest version of the last 50 tickets; a read of one
    ticket waits for what was written to it, a list, a count and the export for all that is remembered.
    Use it as an async context manager, or close it.
    """

    def __init__(
        self,
        command_url: str | None = None,
        query_url: str | None = None,
        *,
        retry: RetryPolicy | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        command_url = command_url or os.environ.get(COMMAND_URL, DEFAULT_COMMAND_URL)
        query_url = query_url or os.environ.get(QUERY_URL, DEFAULT_QUERY_URL)
        tokens = Tokens()
        self.commands = CommandService(command_url, retry=retry, transport=transport, headers=headers, tokens=tokens)
        self.queries = QueryService(query_url, retry=retry, transport=transport, headers=headers, tokens=tokens)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give the connections back."""
        await self.commands.close()
        await self.queries.close()
