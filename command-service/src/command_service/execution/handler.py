"""Carries out one command: replay, decide, append, answer."""

import asyncio
from functools import lru_cache

from command_service.commands.catalogue import decide
from command_service.commands.create_ticket import CreateTicket
from command_service.domain.refusals import Refused
from command_service.domain.ticket import Ticket, evolve
from command_service.execution.admission import Admission
from command_service.execution.recorder import Recorder
from command_service.execution.request import (
    CommandRequest,
    Conflict,
    KeyInUse,
    KeyReused,
    Outcome,
    VersionMismatch,
)
from command_service.execution.tickets import TicketCache
from command_service.execution.turns import Turns, WaitedTooLong
from command_service.ports import EventStore, KeyTaken, Overloaded, Recorded, VersionTaken
from ticket_chassis.metrics import Metrics
from ticket_contracts.events import Event

ATTEMPTS = 5
KEY_LIMIT = 5.0
TURN_LIMIT = 10.0
"""Seconds; behind a database that was away, work that nobody waits for any more must not pile up."""

KEY_POLL = 0.02


class CommandHandler:
    """The one way in which tickets change: any number of commands at a time, one at a time per ticket and per key.

    `admission` says whether anything new may be stored. `key_limit`: seconds after which a command gives up waiting
    for another one with the same key.
    """

    def __init__(
        self,
        store: EventStore,
        recorder: Recorder,
        metrics: Metrics,
        key_limit: float = KEY_LIMIT,
        admission: Admission | None = None,
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._cache = TicketCache(store)
        self._tickets = Turns()
        self._keys = Turns()
        self._key_limit = key_limit
        self._admission = admission or Admission()
        outcomes = metrics.counter("commands_total", "Commands by what came of them", "type", "outcome")
        self._outcomes = lru_cache(maxsize=None)(outcomes.labels)

    def forget(self) -> None:
        """Ask the store again for every ticket: it may be another store."""
        self._cache.clear()

    async def execute(self, request: CommandRequest, known: Recorded | None = None) -> Outcome:
        """Return the ticket after the command; a replay gives the first answer.

        `known` is what the store has under the request's key, where the caller has looked. Raises Refused,
        StoreUnavailable, UnreadableTicket or Overloaded; after StoreUnavailable the command may have been stored.
        """
        name = type(request.command).__name__
        try:
            outcome = await self._once(request, known)
        except Refused as refusal:
            self._outcomes(name, refusal.code).inc()
            raise
        except Exception:
            self._outcomes(name, "failed").inc()
            raise
        self._outcomes(name, "accepted").inc()
        return outcome

    async def _once(self, request: CommandRequest, known: Recorded | None) -> Outcome:
        if request.key is None:
            return await self._in_turn(request)
        try:
            async with self._keys.take(request.key, self._key_limit):
                if known is not None:
                    return await self._replay(request, known)
                return await self._in_turn(request)
        except WaitedTooLong:
            raise KeyInUse from None

    async def _in_turn(self, request: CommandRequest) -> Outcome:
        try:
            async with self._tickets.take(request.ticket_id, TURN_LIMIT):
                return await self._in_hand(request)
        except WaitedTooLong:
            raise Overloaded from None

    async def _in_hand(self, request: CommandRequest) -> Outcome:
        try:
            return await self._carry_out(request)
        except Refused:
            raise
        except BaseException:
            # Stored or not: only the store can tell now.
            self._cache.drop(request.ticket_id)
            raise

    async def _carry_out(self, request: CommandRequest) -> Outcome:
        ticket, confirmed = self._cache.get(request.ticket_id), False
        # A creation goes straight to the unique index: nearly always the ticket is new.
        if ticket is None and not isinstance(request.command, CreateTicket):
            ticket, confirmed = await self._cache.load(request.ticket_id), True
        for _ in range(ATTEMPTS):
            decision = _judge(ticket, request)
            if isinstance(decision, Event):
                outcome = await self._append(request, decision, evolve(ticket, decision))
                if outcome is not None:
                    return outcome
            elif confirmed:
                return await self._without_effect(request, ticket, decision)
            # Lost a race, or about to say no on what may be stale: ask the store and decide again.
            ticket, confirmed = await self._cache.load(request.ticket_id), True
        raise Conflict

    async def _append(self, request: CommandRequest, event: Event, after: Ticket) -> Outcome | None:
        # Before the event is made: a new customer's text key must not get into a store that lost the old one.
        self._admission.check()
        try:
            await self._store.append(await self._recorder.record(request, event, after))
        except VersionTaken:
            return None
        except KeyTaken:
            self._cache.drop(request.ticket_id)
            return await self._winner(request)
        self._cache.put(request.ticket_id, after)
        return Outcome(request.ticket_id, after.version, after.status)

    async def _without_effect(self, request: CommandRequest, ticket: Ticket | None, refusal: Refused | None) -> Outcome:
        # A known key is replayed whatever the ticket looks like now, so it is looked up before the answer is no.
        if request.key is not None and (known := await self._store.find_key(request.key)) is not None:
            return await self._replay(request, known)
        if refusal is not None or ticket is None:
            raise refusal or Conflict
        return Outcome(request.ticket_id, ticket.version, ticket.status)

    async def _replay(self, request: CommandRequest, known: Recorded) -> Outcome:
        if not await self._recorder.is_retry(request, known):
            raise KeyReused
        return Outcome(known.ticket_id, known.version, known.status)

    async def _winner(self, request: CommandRequest) -> Outcome:
        """Replay what another instance stored under the key, as soon as that is durable."""
        assert request.key is not None  # noqa: S101 - only a key can be taken
        try:
            async with asyncio.timeout(self._key_limit):
                while (known := await self._store.find_key(request.key)) is None:  # noqa: ASYNC110 - another process
                    await asyncio.sleep(KEY_POLL)
        except TimeoutError:
            raise KeyInUse from None
        return await self._replay(request, known)


def _judge(ticket: Ticket | None, request: CommandRequest) -> Event | Refused | None:
    try:
        if ticket is None:
            # That a ticket must exist is decided before its version; one yet to be made has no version to hold.
            event = decide(ticket, request.command)
            return event if request.if_match is None else VersionMismatch()
        if request.if_match is not None and ticket.version not in request.if_match:
            return VersionMismatch(ticket.version)
        return decide(ticket, request.command)
    except Refused as refusal:
        return refusal
