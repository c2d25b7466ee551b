"""How a rebuild stands: how far in each partition, how fast, how long still, and what to do next."""

import asyncio
from dataclasses import dataclass

from projector_service.domain.generations import Generation, State
from projector_service.rebuild.workbench import Workbench

SAMPLE_SECONDS = 1.0


@dataclass(frozen=True)
class PartitionProgress:
    """Offsets of the last message applied and of the last in the log, -1 for none."""

    partition: int
    applied: int
    last: int


@dataclass(frozen=True)
class Status:
    """`rate` in events per second just now; `seconds_left` None while it does not move, 0 when all is read."""

    serving: Generation
    beside: Generation | None
    partitions: list[PartitionProgress]
    rate: float
    seconds_left: float | None
    readers: dict[str, int]

    @property
    def left(self) -> int:
        """How many messages the one beside has still to read."""
        return sum(p.last - p.applied for p in self.partitions if p.last > p.applied)

    @property
    def next_step(self) -> str:
        """What an operator does next."""
        if self.beside is None:
            return "nothing is being rebuilt; `projector rebuild start` begins"
        match self.beside.state:
            case State.PREPARING:
                return "its start was interrupted: run `projector rebuild start` again, or `abort`"
            case State.BUILDING if self.beside.halted is not None:
                return "it has given up; mend the cause, `projector rebuild abort`, and start again"
            case State.BUILDING:
                return "wait for it" if self.left else "`projector rebuild compare`, then `cutover`"
            case State.RETIRED:
                return "wait until nobody reads it" if self.readers else "`projector rebuild clean`"
            case _:
                return "its removal was interrupted: run `projector rebuild abort` or `clean` again"


async def status(bench: Workbench) -> Status:
    """Return how things stand; takes a second, to see how fast they move."""
    beside = await bench.generations.beside()
    serving = await bench.generations.serving()
    if beside is None:
        return Status(serving, None, [], 0.0, None, {})
    readers = await bench.admin.readers_of(bench.topics(beside))
    before = await _progress(bench, beside)
    await asyncio.sleep(SAMPLE_SECONDS)
    now = await _progress(bench, beside)
    rate = (sum(p.applied for p in now) - sum(p.applied for p in before)) / SAMPLE_SECONDS
    found = Status(serving, beside, now, rate, None, readers)
    if not found.left:
        return Status(serving, beside, now, rate, 0.0, readers)
    return Status(serving, beside, now, rate, found.left / rate, readers) if rate > 0 else found


async def _progress(bench: Workbench, generation: Generation) -> list[PartitionProgress]:
    last = await bench.log.last_offsets()
    applied = await bench.store(generation).positions(last)
    return [PartitionProgress(p, applied[p].offset, last[p]) for p in sorted(last)]
