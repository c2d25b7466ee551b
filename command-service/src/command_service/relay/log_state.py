"""The topics as the relay last saw them: enough to tell them from others that were made again under the same names."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ticket_contracts.partitioning import PARTITIONS
from ticket_contracts.topics import TEXT_KEYS

DIGEST_BYTES = 16


class LogReplaced(Exception):
    """Kafka no longer holds what it acknowledged; the message says by what one knows."""


def digest(value: bytes | None) -> str:
    """Return what stands for a record's value: every event has its own id in it, so no two are alike."""
    return hashlib.blake2b(value or b"", digest_size=DIGEST_BYTES).hexdigest()


@dataclass(slots=True)
class LogState:
    """`published`: last offset by events partition, -1 for none; `digests`: of the record there, None where unknown.

    `starts`: first offset by events partition. `keys_ends`: end by partition of the text keys' topic.
    """

    published: list[int] = field(default_factory=lambda: [-1] * PARTITIONS)
    digests: list[str | None] = field(default_factory=lambda: [None] * PARTITIONS)
    starts: list[int] = field(default_factory=lambda: [0] * PARTITIONS)
    keys_ends: list[int] = field(default_factory=lambda: [0] * TEXT_KEYS.partitions)

    def copy(self) -> "LogState":
        """Return the state as it is now."""
        return LogState(list(self.published), list(self.digests), list(self.starts), list(self.keys_ends))

    def acknowledge(self, partition: int, base: int, size: int, last: bytes) -> None:
        """Note that `size` events were appended at offset `base`, -1 if unknown; `last` is the last one's value.

        Raises LogReplaced where they were not appended behind what was acknowledged before.
        """
        if base < 0:
            return  # a repeated send whose first answer was lost: the next one tells
        if base <= self.published[partition]:
            raise LogReplaced(
                f"an event of partition {partition} was appended at offset {base}, although offset "
                f"{self.published[partition]} was acknowledged before"
            )
        self.published[partition] = base + size - 1
        self.digests[partition] = digest(last)

    def compare(self, now: "LogState") -> None:
        """Raise LogReplaced where the offsets that are there now cannot be those of the same topics."""
        for partition, (published, last) in enumerate(zip(self.published, now.published, strict=True)):
            if published > last:
                raise LogReplaced(
                    f"events partition {partition} ends at offset {last + 1}, but offset {published} was acknowledged"
                )
        for partition, (before, start) in enumerate(zip(self.starts, now.starts, strict=True)):
            if start > before:
                raise LogReplaced(f"events partition {partition} begins at offset {start}, and began at {before}")
        for partition, (before, end) in enumerate(zip(self.keys_ends, now.keys_ends, strict=True)):
            if end < before:
                raise LogReplaced(f"text keys partition {partition} ends at offset {end}, and ended at {before}")

    def compare_record(self, partition: int, offset: int, value: bytes | None) -> None:
        """Raise LogReplaced where `value` is not what was last seen at this offset."""
        known = self.digests[partition]
        if offset == self.published[partition] and known is not None and known != digest(value):
            raise LogReplaced(f"events partition {partition} holds another record at offset {offset}")

    def to_row(self) -> dict[str, Any]:
        """Return the fields of the relay's document."""
        return {
            "published": self.published,
            "digests": self.digests,
            "starts": self.starts,
            "keys_ends": self.keys_ends,
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "LogState":
        """Return the state of the relay's document; one that was saved by an earlier release knows less."""
        state = cls()
        for name in ("published", "digests", "starts", "keys_ends"):
            if name in row:
                setattr(state, name, list(row[name]))
        return state
