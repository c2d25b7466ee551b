"""Waits until the read model shows what a consistency token names."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from enum import Enum, StrEnum

from query_service.arrivals import Arrivals, Key
from query_service.domain.states import Kind, Sight, TicketState
from query_service.domain.tokens import ConsistencyToken
from query_service.ports import Counters, Tickets, Timeline
from query_service.sightings import Sightings
from ticket_contracts.partitioning import partition_of

OWN_POLL = 0.5
"""Seconds between looks at the database for what this process ingests: arrivals wake it long before."""

OTHERS_POLL = 0.04
"""Seconds between looks for what another process ingests."""


class Subject(Enum):
    """What a read shows, and so what it has to wait for."""

    TICKETS = "the view's version"
    TIMELINE = "the entry of that version"
    COUNTERS = "the view's version, then the counters of its partition"


class Verdict(StrEnum):
    """How the wait ended."""

    SATISFIED = "satisfied"
    BEHIND = "behind"
    PARKED = "parked"


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds, and whether anything less than all is of use to the reader."""

    seconds: float = 2.0
    strict: bool = True


class TokenWait:
    """The wait of one read for one token; raises TooManyWaiting."""

    def __init__(
        self,
        tickets: Tickets,
        timeline: Timeline,
        counters: Counters,
        arrivals: Arrivals,
        sightings: Sightings,
        token: ConsistencyToken,
        patience: Patience,
    ) -> None:
        self._tickets = tickets
        self._timeline = timeline
        self._counters = counters
        self._arrivals = arrivals
        self._sightings = sightings
        self._token = token
        self._patience = patience
        self._deadline = asyncio.get_running_loop().time() + patience.seconds
        self._states: dict[str, TicketState] = {}

    async def wait(self, subject: Subject) -> Verdict:
        """Return how things stand as soon as no more waiting is of use, or time is up."""
        partitions = {partition_of(ticket_id) for ticket_id in self._token.versions}
        look = self._entries if subject is Subject.TIMELINE else self._views
        verdict = await self._until_seen(look, self._token.versions.keys(), partitions)
        if subject is not Subject.COUNTERS or verdict is not Verdict.SATISFIED:
            return verdict
        wanted = self._source_offsets()
        return await self._until_seen(lambda: self._counted(wanted), wanted.keys(), wanted.keys())

    async def _until_seen(
        self, look: Callable[[], Awaitable[Collection[Sight]]], keys: Collection[Key], partitions: Collection[int]
    ) -> Verdict:
        loop = asyncio.get_running_loop()
        with self._arrivals.listen(keys) as listener:
            while True:
                listener.forget()
                sights = await look()
                left = self._deadline - loop.time()
                if left <= 0 or not self._is_worth_waiting(sights):
                    return _verdict(sights)
                poll = OWN_POLL if self._arrivals.own_partitions.issuperset(partitions) else OTHERS_POLL
                await listener.wait(min(left, poll))

    def _is_worth_waiting(self, sights: Collection[Sight]) -> bool:
        return Sight.BEHIND in sights and not (self._patience.strict and Sight.PARKED in sights)

    async def _views(self) -> list[Sight]:
        self._states = await self._look_up_states()
        return [self._sight(ticket_id, version) for ticket_id, version in self._token.versions.items()]

    async def _look_up_states(self) -> dict[str, TicketState]:
        wanted = self._token.versions
        lately = {ticket_id: self._sightings.state(ticket_id) for ticket_id in wanted}
        seen = {i: state for i, state in lately.items() if state and state.sight_of(wanted[i]) is Sight.SEEN}
        rest = wanted.keys() - seen.keys()
        return seen | (await self._tickets.states(rest) if rest else {})

    def _sight(self, ticket_id: str, version: int) -> Sight:
        state = self._states.get(ticket_id)
        return state.sight_of(version) if state else Sight.BEHIND

    async def _entries(self) -> list[Sight]:
        keys = {key: wanted for key, wanted in self._token.keys.items() if not self._sightings.has_entry(key)}
        present = await self._timeline.present(keys.keys()) if keys else set()
        missing = [wanted for key, wanted in keys.items() if key not in present]
        if not missing:
            return []
        states = await self._tickets.states([ticket_id for ticket_id, _ in missing])
        return [_sight_of_entry(states.get(ticket_id), version) for ticket_id, version in missing]

    async def _counted(self, wanted: dict[int, int]) -> list[Sight]:
        rest = {
            partition: offset for partition, offset in wanted.items() if self._sightings.counted(partition) < offset
        }
        offsets = await self._counters.offsets() if rest else {}
        return [Sight.BEHIND for partition, offset in rest.items() if offsets.get(partition, -1) < offset]

    def _source_offsets(self) -> dict[int, int]:
        """Return by source partition the offset that the counters have to reach, as the views stand now."""
        wanted: dict[int, int] = {}
        for state in self._states.values():
            if state.kind is not Kind.ERASED:
                wanted[state.partition] = max(state.offset, wanted.get(state.partition, -1))
        return wanted


def _sight_of_entry(state: TicketState | None, version: int) -> Sight:
    """Return how an entry that is absent stands: an erased ticket has none, a parked one will have none soon."""
    if state is None:
        return Sight.BEHIND
    if state.kind is Kind.ERASED:
        return Sight.SEEN
    return Sight.PARKED if state.sight_of(version) is Sight.PARKED else Sight.BEHIND


def _verdict(sights: Collection[Sight]) -> Verdict:
    if Sight.PARKED in sights:
        return Verdict.PARKED
    return Verdict.BEHIND if Sight.BEHIND in sights else Verdict.SATISFIED
