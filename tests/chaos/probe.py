"""Tells when the read side has caught up, by asking it for tickets that were written on purpose, one a partition."""

import asyncio
import random
import time

import httpx2

from tests.chaos.history import Accepted, Command, History
from tests.chaos.load.planning import Planner
from tests.chaos.load.sending import LIMIT_S as SEND_LIMIT_S
from tests.chaos.load.sending import Sender
from ticket_contracts.partitioning import PARTITIONS, partition_of

LIMIT_S = 120.0
_WAIT_S = 10
_PAUSE_S = 0.1


class Probe:
    """Writes through the command service at `urls` and waits for the query service there.

    What is stored is published in its order and applied in its order by partition. So once a ticket of each
    partition is on the dashboard, everything stored before them is applied: views, timelines, counters.
    """

    def __init__(self, urls: dict[str, str], run: str, history: History) -> None:
        self._urls = urls
        self._planner = Planner(random.Random(f"{run}/probe"), run, "probe")
        self._history = history

    async def caught_up(self) -> float:
        """Return the seconds until what was stored before the call is applied; raises TimeoutError after 120."""
        started = time.monotonic()
        commands = [self._planner.creation(ticket) for ticket in self._tickets()]
        self._history.commands += commands
        async with asyncio.timeout(LIMIT_S):
            await self._send(commands)
            await self._wait_for([command.ticket or "" for command in commands])
        return time.monotonic() - started

    def _tickets(self) -> list[str]:
        found: dict[int, str] = {}
        while len(found) < PARTITIONS:
            ticket = self._planner.new_id()
            found.setdefault(partition_of(ticket), ticket)
        return list(found.values())

    async def _send(self, commands: list[Command]) -> None:
        async with httpx2.AsyncClient(base_url=self._urls["command-service"], timeout=SEND_LIMIT_S) as http:
            sender = Sender(http)
            while not all(isinstance(answer, Accepted) for answer in await sender.batch(commands)):  # noqa: ASYNC110 - it is in another process
                await asyncio.sleep(_PAUSE_S)

    async def _wait_for(self, tickets: list[str]) -> None:
        """Return when counters, views and histories each have come so far: a first fill reads them apart."""
        tokens = [f"{ticket}:1" for ticket in tickets]
        asked = [("/dashboard", ",".join(tokens)), ("/tickets?limit=1", ",".join(tokens))]
        asked += [(f"/tickets/{ticket}/timeline", token) for ticket, token in zip(tickets, tokens, strict=True)]
        async with httpx2.AsyncClient(base_url=self._urls["query-service"], timeout=_WAIT_S * 2) as http:
            for path, token in asked:
                headers = {"consistency-token": token, "prefer": f"wait={_WAIT_S}, handling=lenient"}
                while not await _satisfied(http, path, headers):  # noqa: ASYNC110 - it is in another process
                    await asyncio.sleep(_PAUSE_S)


async def _satisfied(http: httpx2.AsyncClient, path: str, headers: dict[str, str]) -> bool:
    try:
        answer = await http.get(path, headers=headers)
    except httpx2.TransportError:
        return False
    return answer.headers.get("consistency") == "satisfied"
