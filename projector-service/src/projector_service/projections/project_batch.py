"""Takes batches of the events topic, one at a time, and sees each through: store, publish, move the position.

RESET is the one answer to anything unexpected: forget what is remembered, read it again from the database, and read
the log again from there. "Somebody else owns it, go on" would lose the batch, for the rightful owner's guards fail too
when its memory is out of date.
"""

import asyncio
from collections.abc import Collection, Sequence

import structlog

from projector_service.domain.breaker import Breaker, TooMuchPoison
from projector_service.domain.counters import Counters
from projector_service.domain.messages import Control, Fact, Message, Poison, Received
from projector_service.ports import (
    Log,
    LogChanged,
    NotOurs,
    Observer,
    Position,
    ReadStore,
    ReadTopics,
    TextKeys,
    fingerprint,
)
from projector_service.projections.decode import decode
from projector_service.projections.effects import BatchPlan
from projector_service.projections.known_log import KnownLog
from projector_service.projections.memory import TicketMemory
from projector_service.projections.needs import earlier_events, go_on
from projector_service.projections.open_texts import open_texts
from projector_service.projections.places import Places
from projector_service.projections.plan import Planner
from projector_service.projections.portion import Portion

log = structlog.get_logger(__name__)

REBALANCE_LIMIT = 17.0
"""Longer than the broker takes late writes, clock skew included, and shorter than the group's rebalance time-out."""

SHUTDOWN_LIMIT = 8.0
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0


class Projector:
    """Folds the events of the partitions that it owns into views, timeline and counters."""

    def __init__(self, store: ReadStore, topics: ReadTopics, keys: TextKeys, source: Log, observer: Observer) -> None:
        self._store = store
        self._topics = topics
        self._keys = keys
        self._log = source
        self._known_log = KnownLog(source)
        self._observer = observer
        self._busy = asyncio.Lock()
        self._breaker: Breaker | None = None
        self._owned: frozenset[int] = frozenset()
        self._places = Places()
        self._counters: dict[int, Counters] = {}
        self._positions: dict[int, Position] = {}
        self._saved: dict[int, Position] = {}
        self._memory = TicketMemory()
        self._portion = Portion()
        self._pause = FIRST_PAUSE
        self.trouble: str | None = "no partitions assigned yet"
        self.halted: str | None = None

    async def take_over(self, partitions: Collection[int]) -> None:
        """Start to own these partitions and no others; retried with each batch where it fails."""
        async with self._busy:
            self._owned = frozenset(partitions)
            if self.halted is None:
                await self._recover(beside_a_fetch=True)
            else:
                self._log.stop_reading()

    async def let_go(self, limit: float) -> None:
        """Own nothing more, after the running batch, which is waited for at most `limit` seconds. Raises nothing."""
        self._owned = frozenset()
        try:
            async with asyncio.timeout(limit), self._busy:
                try:
                    await self._store.save_positions(self._positions)
                finally:
                    self._forget()
        except TimeoutError:
            log.warning("partitions taken away in mid-batch; guards and the late-write limit hold what it still does")
        except Exception as error:  # noqa: BLE001 - the next owner reads a little more again, and nothing is lost
            log.warning("positions not stored", error=type(error).__name__)

    async def project(self, records: Sequence[Received]) -> None:
        """See a batch through, or leave everything to be read again. Raises nothing but a cancellation."""
        async with self._busy:
            if self.halted is not None or not {r.partition for r in records} <= self._owned:
                return
            try:
                for portion in self._portion.cut(self._places.fresh(records)):
                    self._portion.was_done(await self._apply(portion))
                    self._pause = FIRST_PAUSE
                self.trouble = None
            except (LogChanged, TooMuchPoison) as reason:
                self._halt(str(reason))
            except Exception as error:  # noqa: BLE001 - RESET is the answer to whatever it was
                self._reset_because(error)
                await asyncio.sleep(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
                await self._recover()

    async def keep_trying(self) -> None:
        """Try again to take over what is owned, where that has failed so far."""
        if self._owned and not self._places and self.halted is None:
            async with self._busy:
                await self._recover(beside_a_fetch=True)

    async def watch_log(self) -> None:
        """Halt where the log is no more the one that was taken over; raises what asking it raises."""
        if self._places and not await self._known_log.is_same({p: at.offset for p, at in self._positions.items()}):
            async with self._busy:
                if self.halted is None:
                    await self._recover(beside_a_fetch=True)

    async def checkpoint(self) -> dict[int, Position]:
        """Store how far everything is stored and published; returns it for the group's commit."""
        positions = {p: at for p, at in self._positions.items() if p in self._owned and at.offset >= 0}
        moved = {p: at for p, at in positions.items() if self._saved.get(p) != at}
        if moved:
            await self._store.save_positions(moved)
            self._saved |= moved
        return positions

    def _forget(self) -> None:
        self._places.forget()
        self._counters.clear()
        self._positions.clear()
        self._saved.clear()
        self._memory.clear()

    def _halt(self, reason: str) -> None:
        self.halted = self.trouble = reason
        self._forget()
        log.critical("projector halted: it takes no more batches until it is restarted", reason=reason)
        self._log.stop_reading()

    def _reset_because(self, error: Exception) -> None:
        self.trouble = f"{type(error).__name__}: batches fail and are tried again"
        self._observer.reset(type(error).__name__)
        if not isinstance(error, NotOurs):
            self._portion.failed()
        level = log.warning if isinstance(error, NotOurs) else log.exception
        level("batch not done; everything is read again", reason=str(error))

    async def _recover(self, *, beside_a_fetch: bool = False) -> None:
        """Try once to read everything again; where it fails, `keep_trying` or the next batch does.

        `beside_a_fetch`: not between two batches, so that one fetched before may still come.
        """
        if not self._owned:
            return
        self._places.forget(jumps=beside_a_fetch)
        try:
            await self._topics.close()
            await self._reset()
        except LogChanged as reason:
            self._halt(str(reason))
        except Exception as error:  # noqa: BLE001 - said in readiness, and tried again
            self._forget()
            self.trouble = f"{type(error).__name__}: cannot read where to go on"
            log.warning("reset failed", error=type(error).__name__)

    async def _reset(self) -> None:
        owned = self._owned
        self._forget()
        positions = await self._store.positions(owned)
        counters = await self._store.counters(owned)
        applied = {p: max(position.offset, counters[p].offset) for p, position in positions.items()}
        await self._known_log.take_over(applied)
        for partition, position in positions.items():
            self._log.seek(partition, self._places.go_on_from(partition, position))
        self._counters, self._positions = counters, positions
        if self.trouble is not None:
            log.info("took over", partitions=sorted(owned))
        self.trouble = None

    async def _apply(self, records: Sequence[Received]) -> int:
        """Store and publish; returns how many bytes of tickets that were."""
        with self._observer.batch(len(records)):
            messages = await open_texts([decode(r) for r in records], self._keys)
            plan = await self._plan(messages)
            breaker = await self._resumed_breaker()
            breaker.check(plan.outcomes)
            if plan.gaps:
                await self._look_again(plan)
            await self._store.commit(plan)
            breaker.note(plan.outcomes)
            plan.old_entries += await self._store.entries(plan.retold)
            checked_at = await self._log.owned_since(self._positions)
            if not plan.counters.keys() <= self._owned:
                raise NotOurs("the partitions were taken away in mid-batch")
            await self._topics.publish(plan, checked_at)
        for partition, last in {record.partition: record for record in records}.items():
            self._positions[partition] = Position(last.offset, fingerprint(last))
        self._memory.keep(plan.tickets.values())
        self._observer.applied(plan)
        return plan.bytes_of_tickets()

    async def _resumed_breaker(self) -> Breaker:
        if self._breaker is None:
            breaker = Breaker()
            breaker.resume(await self._store.waiting())
            self._breaker = breaker
        return self._breaker

    async def _plan(self, messages: Sequence[Message]) -> BatchPlan:
        partitions = {m.at.partition for m in messages}
        counters = {p: self._counters[p] for p in partitions}
        ids = {m.ticket_id for m in messages if isinstance(m, Fact | Poison | Control)}
        tickets = self._memory.find(ids)
        if unknown := ids - tickets.keys():
            tickets |= await self._store.tickets(unknown)
        going_on = go_on(messages, tickets)
        parked = await self._store.parked(going_on) if going_on else {}
        waiting = {t: await open_texts([decode(r) for r in rs], self._keys) for t, rs in parked.items()}
        told = [*messages, *(m for ms in waiting.values() for m in ms)]
        known = earlier_events(told, tickets)
        event_ids = await self._store.event_ids(known) if known else {}
        plan = BatchPlan(counters, {p: c.offset for p, c in counters.items()}, tickets)
        planner = Planner(plan, event_ids, waiting)
        for message in messages:
            planner.take(message)
        return plan

    async def _look_again(self, plan: BatchPlan) -> None:
        """Make sure that a gap is one in the log, and not in what we remember."""
        stored = await self._store.tickets(plan.gaps)
        for ticket_id in plan.gaps:
            there = stored[ticket_id].stored_as if ticket_id in stored else None
            if there != plan.tickets[ticket_id].stored_as:
                raise NotOurs(f"ticket {ticket_id} is not as remembered")
