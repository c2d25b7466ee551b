"""How far ingest has come in one source partition: positions, what they amount to, and how old that is.

All offsets are those of the last message, -1 for none. `applied` and `published` are offsets in
tickets.events.v1, the others in the partition of the same number of the topic that the field names.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from ticket_contracts.stats import StatsRecord
from ticket_contracts.watermarks import Watermark

PENDING_MAX = 1_000
"""Watermarks kept per partition while the projector is away; beyond it the last gives way, lag is then overstated."""


class Positions(NamedTuple):
    """The last message of each read topic that is in the read model, of one partition."""

    views: int = -1
    timeline: int = -1
    stats: int = -1
    watermarks: int = -1

    def has_reached(self, end: "Positions") -> bool:
        """Say whether all of `end` has been read."""
        return all(mine >= theirs for mine, theirs in zip(self, end, strict=True))


NOTHING_READ = Positions()


@dataclass(frozen=True)
class Progress:
    """What is stored of one partition, with the data it speaks of.

    `heard_until` belongs to the last watermark read, `complete_until` to the last one applied: all events that
    the store recorded before it are in the read model.
    """

    partition: int
    positions: Positions = NOTHING_READ
    applied: int = -1
    published: int = -1
    heard_until: datetime | None = None
    complete_until: datetime | None = None

    def is_ahead_of(self, other: "Progress") -> bool:
        """Say whether this is a later state of the same partition."""
        if self.complete_until is None:
            return False
        return other.complete_until is None or self.complete_until > other.complete_until


@dataclass(frozen=True)
class Counted:
    """What a counters record says: events up to `offset` are in it, and in views and timeline up to these."""

    offset: int
    views_offset: int
    timeline_offset: int

    @classmethod
    def of(cls, record: StatsRecord) -> "Counted":
        """Return the part of a record that progress needs."""
        return cls(record.offset, record.views_offset, record.timeline_offset)


class ProgressTracker:
    """Turns positions into progress.

    A counters record counts as applied once views and timeline have been read to where they ended when it was
    written; a watermark once `applied` has reached what was published then. Until that they are pending.
    """

    def __init__(self, progress: Progress, counted: Iterable[Counted] = ()) -> None:
        self.progress = progress
        self._counted = deque(counted)
        self._heard: deque[tuple[int, datetime]] = deque()
        if progress.heard_until is not None:
            self._heard.append((progress.published, progress.heard_until))

    def advance(
        self, positions: Positions, counted: Iterable[Counted] = (), watermarks: Iterable[Watermark] = ()
    ) -> Progress:
        """Take what a round brought and return the progress after it."""
        self._counted.extend(counted)
        for mark in watermarks:
            self._hear(mark)
        now = replace(self.progress, positions=positions)
        now = replace(now, applied=self._applied(now))
        self.progress = replace(now, complete_until=self._complete_until(now))
        return self.progress

    def _hear(self, mark: Watermark) -> None:
        if len(self._heard) >= PENDING_MAX:
            self._heard.pop()
        self._heard.append((mark.published, mark.stored_until))
        before = self.progress
        if before.heard_until is None or mark.stored_until > before.heard_until:
            published = max(mark.published, before.published)
            self.progress = replace(before, published=published, heard_until=mark.stored_until)

    def _applied(self, now: Progress) -> int:
        applied = now.applied
        while self._counted and self._holds(self._counted[0], now.positions):
            applied = max(applied, self._counted.popleft().offset)
        return applied

    @staticmethod
    def _holds(counted: Counted, positions: Positions) -> bool:
        return positions.views >= counted.views_offset and positions.timeline >= counted.timeline_offset

    def _complete_until(self, now: Progress) -> datetime | None:
        until = now.complete_until
        while self._heard and self._heard[0][0] <= now.applied:
            stored_until = self._heard.popleft()[1]
            until = stored_until if until is None else max(until, stored_until)
        return until
