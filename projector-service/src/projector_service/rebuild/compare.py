"""Compares the generation that is being built with the one that serves, partition by partition at equal positions."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from projector_service.adapters.paired_documents import Pair, PairedDocuments, snapshot
from projector_service.domain.generations import Generation, State
from projector_service.rebuild.another_log import without_offsets
from projector_service.rebuild.differences import Differences
from projector_service.rebuild.workbench import Refused, Workbench
from ticket_contracts.partitioning import PARTITIONS

BEHIND_MAX = 2_000
"""Messages; beyond that no moment is near at which the two are level."""

LEVEL_LIMIT = 60.0
LEVEL_PAUSE = 0.05
PATIENCE = 10.0
"""Seconds to wait for a moment at which all partitions are level, before taking those that are."""


@dataclass(frozen=True)
class Comparison:
    """The outcome. `same_log`: both were made from the log that is there now, so that offsets mean the same."""

    serving: Generation
    new: Generation
    same_log: bool
    differences: Differences


async def compare(bench: Workbench, may_differ: Collection[str]) -> Comparison:
    """Return what differs; raises Refused where there is nothing to compare, or the new one is behind."""
    serving, new = await bench.generations.serving(), await bench.generations.beside()
    if new is None or new.state is not State.BUILDING:
        raise Refused("no generation is being built: `projector rebuild start` begins one")
    if new.halted is not None:
        raise Refused(f"generation {new.number} has given up: {new.halted}; abort it")
    await _check_near(bench, new)
    same_log = await bench.log.holds(await bench.store(serving).positions(range(PARTITIONS)))
    found = Differences(may_differ)
    if same_log:
        await _compare_level(bench, serving, new, found)
    else:
        await _compare_apart(bench, serving, new, found)
    return Comparison(serving, new, same_log, found)


async def _check_near(bench: Workbench, new: Generation) -> None:
    last = await bench.log.last_offsets()
    applied = await bench.store(new).positions(last)
    left = sum(max(0, last[p] - applied[p].offset) for p in last)
    if left > BEHIND_MAX:
        raise Refused(f"generation {new.number} has still {left} messages to read: see `projector rebuild status`")


async def _compare_level(bench: Workbench, serving: Generation, new: Generation, found: Differences) -> None:
    """Take each document in a snapshot in which both have come equally far in its partition."""
    left: list[tuple[Collection[int], Pair | None]] = [(range(PARTITIONS), None)]
    while left:
        wanted, behind = left.pop()
        async with _level(bench, serving, new, set(wanted)) as (documents, level):
            reached = await _take(documents, level, behind, found)
        if others := set(wanted) - level:
            left.append((others, behind))
        if reached is not None:
            left.append((level, reached))


@asynccontextmanager
async def _level(
    bench: Workbench, serving: Generation, new: Generation, wanted: Collection[int]
) -> AsyncIterator[tuple[PairedDocuments, set[int]]]:
    """Yield a snapshot in which the wanted partitions are level, or after a while one in which some are, and those."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        async with snapshot(bench.client, bench.database, serving.number, new.number) as documents:
            old_offsets, new_offsets = await documents.offsets()
            level = {p for p in wanted if old_offsets.get(p, -1) == new_offsets.get(p, -1)}
            waited = loop.time() - began
            if len(level) == len(wanted) or (level and waited > PATIENCE):
                yield documents, level
                return
        if waited > LEVEL_LIMIT:
            raise Refused(
                f"partitions {sorted(wanted)} were not level for {LEVEL_LIMIT:.0f} s: one of the generations stands "
                "still, or more is written than both can follow"
            )
        await asyncio.sleep(LEVEL_PAUSE)


async def _take(
    documents: PairedDocuments, partitions: Collection[int], behind: Pair | None, found: Differences
) -> Pair | None:
    """Compare for as long as a snapshot is used; return the pair behind which to go on, None where nothing is left."""
    async for pair in documents.pairs(partitions, behind):
        found.compare(pair.kind, str(pair.key), pair.serving, pair.new)
        if documents.is_used_up:
            return pair
    return None


async def _compare_apart(bench: Workbench, serving: Generation, new: Generation, found: Differences) -> None:
    """Compare by tickets alone: the one that serves was made from a log that is gone, and may lack what came since."""
    last = await bench.log.last_offsets()
    applied = await bench.store(new).positions(last)
    if any(applied[p].offset < last[p] for p in last):
        raise Refused(f"generation {new.number} has not read the new log to its end")
    async for pair in without_offsets(_all_pairs(bench, serving, new)):
        found.compare(pair.kind, str(pair.key), pair.serving, pair.new)


async def _all_pairs(bench: Workbench, serving: Generation, new: Generation) -> AsyncIterator[Pair]:
    """Yield all documents, in as many snapshots as it takes: what moves on in between is told by its version."""
    last: Pair | None = None
    while True:
        async with snapshot(bench.client, bench.database, serving.number, new.number) as documents:
            async for pair in documents.pairs(range(PARTITIONS), last):
                yield pair
                last = pair
                if documents.is_used_up:
                    break
            else:
                return
