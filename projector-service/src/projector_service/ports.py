"""What the projections need from outside, as the adapters provide it and the tests fake it."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from projector_service.domain.counters import Counters
from projector_service.domain.messages import Received
from projector_service.domain.tickets import Ticket
from projector_service.projections.effects import BatchPlan, Entry


class NotOurs(Exception):
    """A guard matched nothing: what the projector remembers is not what the database holds. Reset."""


class LogChanged(Exception):
    """The log holds another record, or none, where the stored position points: it is not the one we know."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last message of a partition whose effect is stored and published; offset -1 for none."""

    offset: int
    fingerprint: str


START = Position(-1, "")


def fingerprint(record: Received) -> str:
    """Return what a record is known by when it is met again: a digest of key and value."""
    digest = hashlib.blake2b(record.key or b"", digest_size=16)
    digest.update(b"\0" if record.value is None else b"\1" + record.value)
    return digest.hexdigest()


class ReadStore(Protocol):
    """The projector's own database."""

    async def positions(self, partitions: Collection[int]) -> dict[int, Position]:
        """Return the stored positions; START where there is none."""

    async def save_positions(self, positions: Mapping[int, Position]) -> None:
        """Store them; one that is behind the stored one changes nothing."""

    async def counters(self, partitions: Collection[int]) -> dict[int, Counters]:
        """Return the counters of each partition; empty ones where there are none."""

    async def tickets(self, ids: Collection[str]) -> dict[str, Ticket]:
        """Return the tickets there are."""

    async def event_ids(self, keys: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """Return the ids of events already folded, by (ticket id, version)."""

    async def entries(self, since: Mapping[str, int]) -> list[Entry]:
        """Return the history entries of tickets above the version given for each, by ticket id."""

    async def parked(self, ids: Collection[str]) -> dict[str, list[Received]]:
        """Return the parked messages of each ticket, by offset."""

    async def waiting(self) -> int:
        """Return how many messages are parked, of all partitions."""

    async def commit(self, plan: BatchPlan) -> None:
        """Store all effects of a batch, or none. Raises NotOurs, or any error with the outcome unknown."""


class ReadTopics(Protocol):
    """The topics that the projector owns."""

    async def publish(self, plan: BatchPlan, checked_at: int) -> None:
        """Publish a stored batch, returning once the broker has all of it.

        `checked_at` (ms since 1970) is when ownership of the partitions was last known for sure; the broker
        refuses the records when that is too long ago. Raises on any failure.
        """

    async def close(self) -> None:
        """Give up connections and what is remembered of the topics; the next batch starts afresh."""


class TextKeys(Protocol):
    """The keys that open free text."""

    async def find(self, kids: Collection[str]) -> Mapping[str, bytes | None]:
        """Return the keys there are; None: forgotten. Waits until all that was published so far has been read."""


class Log(Protocol):
    """The events topic, as the consumer group sees it."""

    async def identity(self) -> str:
        """Return what this log is known by: one made again under its name is known by something else."""

    async def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """Return the offset after the last record of each partition."""

    def seek(self, partition: int, offset: int) -> None:
        """Read on from `offset`."""

    def stop_reading(self) -> None:
        """Take no more batches until the partitions are assigned anew."""

    async def owned_since(self, positions: Mapping[int, Position]) -> int:
        """Return when (ms since 1970) the group last confirmed that this member owns its partitions.

        Confirms it now when that was too long ago, by a commit, which the group refuses to a member that it has
        given up. Raises when it refuses.
        """


class Observer(Protocol):
    """Who is told what happens: metrics and logs."""

    def batch(self, size: int) -> AbstractContextManager[None]:
        """Surround the work on one batch."""

    def applied(self, plan: BatchPlan) -> None:
        """Take what a batch did, once all of it is stored and published."""

    def reset(self, cause: str) -> None:
        """Take that everything is read again, and after which kind of error."""
