"""Where each partition's next batch must start. What does not fit is never skipped over: it is read again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from projector_service.domain.messages import Received
from projector_service.ports import LogChanged, NotOurs, Position, fingerprint


@dataclass
class _Place:
    """The next offset; `proof` is the record that must still stand there, `sought` until the first record came."""

    next: int
    proof: Position | None
    sought: bool = True


class Places:
    """Checks that batches go on where the last one ended.

    A batch that was fetched before a seek and handed over after it looks like a jump ahead. So a jump is believed
    only when it comes again after a seek that nothing was fetched beside: then it is a hole that a transaction of
    somebody else's left in the log.
    """

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}
        self._jumps: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._places)

    def forget(self, *, jumps: bool = False) -> None:
        """Forget where to go on; with `jumps` also what looked like holes, for what comes may be fetched already."""
        self._places.clear()
        if jumps:
            self._jumps.clear()

    def go_on_from(self, partition: int, position: Position) -> int:
        """Expect the record of `position` once more, then what follows it; returns the offset to seek."""
        proof = position if position.offset >= 0 else None
        self._places[partition] = _Place(max(position.offset, 0), proof)
        return self._places[partition].next

    def fresh(self, records: Iterable[Received]) -> list[Received]:
        """Return the records that are new.

        Raises NotOurs where they do not go on from the last, LogChanged where the log is not the one we know.
        """
        return [record for record in records if self._is_fresh(record)]

    def _is_fresh(self, record: Received) -> bool:
        place = self._places.get(record.partition)
        if place is None:
            raise NotOurs(f"partition {record.partition} is not taken over yet")
        if record.offset != place.next:
            self._check_hole(record, place)
        elif place.proof is not None and fingerprint(record) != place.proof.fingerprint:
            raise _another_log(record.partition, place.proof)
        self._jumps.pop(record.partition, None)
        self._places[record.partition] = _Place(record.offset + 1, proof=None, sought=False)
        return place.proof is None

    def _check_hole(self, record: Received, place: _Place) -> None:
        again = self._jumps.get(record.partition) == record.offset
        if not (again and place.sought and record.offset > place.next):
            self._jumps[record.partition] = record.offset
            raise NotOurs(f"partition {record.partition} goes on at {record.offset} instead of {place.next}")
        if place.proof is not None:
            raise _another_log(record.partition, place.proof)


def check_end(positions: Mapping[int, int], ends: Mapping[int, int]) -> None:
    """Raise LogChanged where a partition ends before what was applied of it."""
    for partition, offset in positions.items():
        if offset >= ends[partition]:
            raise LogChanged(
                f"partition {partition} ends at {ends[partition]}, but {offset} was applied: this is not the log that "
                "this database was made from; a new generation has to read it from the start"
            )


def _another_log(partition: int, proof: Position) -> LogChanged:
    return LogChanged(
        f"partition {partition} does not hold the record at {proof.offset} that was applied: this is not the log that "
        "this database was made from; a new generation has to read it from the start"
    )
