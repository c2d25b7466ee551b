"""Carries out many commands in one go: those of one ticket in their order, tickets side by side."""

import asyncio
from collections.abc import Mapping, Sequence

from command_service.domain.refusals import Refused
from command_service.execution.handler import CommandHandler
from command_service.execution.request import CommandRequest, Conflict, KeyInUse, Outcome
from command_service.ports import EventStore, Overloaded, Recorded, StoreUnavailable, UnreadableTicket

Failure = Refused | StoreUnavailable | UnreadableTicket | Overloaded

UNDECIDED = (Conflict, KeyInUse, Overloaded, StoreUnavailable, UnreadableTicket)
"""Ends that invite to try again."""


class BatchHandler:
    """Runs batches through the one handler that every command goes through."""

    def __init__(self, store: EventStore, handler: CommandHandler) -> None:
        self._store = store
        self._handler = handler

    async def execute(self, requests: Sequence[CommandRequest]) -> list[Outcome | Failure]:
        """Return what came of each command, in their order; a refusal does not stop the later ones.

        A command that stays undecided does, for its ticket: stored now, they would stand before it once it is tried
        again. Raises StoreUnavailable or Overloaded only where nothing was tried.
        """
        known = await self._store.find_keys([request.key for request in requests if request.key is not None])
        run = _Run(self._handler, requests, known)
        async with asyncio.TaskGroup() as group:
            for places in _by_ticket(requests):
                group.create_task(run.one_ticket(places))
        return [run.results[place] for place in range(len(requests))]


class _Run:
    """One batch. Once the database is away the rest is not tried: each would wait for a time-out of its own."""

    def __init__(
        self, handler: CommandHandler, requests: Sequence[CommandRequest], known: Mapping[str, Recorded]
    ) -> None:
        self._handler = handler
        self._requests = requests
        self._known = known
        self._away: StoreUnavailable | None = None
        self.results: dict[int, Outcome | Failure] = {}

    async def one_ticket(self, places: Sequence[int]) -> None:
        """Carry out the commands at these places, one after the other."""
        undecided: Failure | None = None
        for place in places:
            result = undecided or self._away or await self._one(self._requests[place])
            if isinstance(result, UNDECIDED):
                undecided = result
            self.results[place] = result

    async def _one(self, request: CommandRequest) -> Outcome | Failure:
        known = None if request.key is None else self._known.get(request.key)
        try:
            return await self._handler.execute(request, known)
        except (Refused, UnreadableTicket, Overloaded) as failure:
            return failure
        except StoreUnavailable as failure:
            self._away = failure
            return failure


def _by_ticket(requests: Sequence[CommandRequest]) -> list[list[int]]:
    places: dict[str, list[int]] = {}
    for place, request in enumerate(requests):
        places.setdefault(request.ticket_id, []).append(place)
    return list(places.values())
