"""Takes a generation away without a trace: processes let go of it, then group, topics and documents go."""

import asyncio

from aiokafka.errors import NonEmptyGroup

from projector_service.adapters.collections import collection_names
from projector_service.domain.generations import Generation, State
from projector_service.keeper import LOOK_SECONDS
from projector_service.names import group_of
from projector_service.rebuild.workbench import Refused, Workbench

LET_GO_LIMIT = 60.0
"""Seconds; longer than the group waits for a member that died."""


async def abort(bench: Workbench) -> int | None:
    """Remove the generation that is being built; returns its number, None where there is none. Raises Refused."""
    beside = await bench.generations.beside()
    if beside is None:
        return None
    if not await bench.generations.move(
        beside.number, [State.PREPARING, State.BUILDING, State.REMOVING], State.REMOVING
    ):
        raise Refused(
            f"generation {beside.number} is {beside.state.value}: it served, `projector rebuild clean` ends it"
        )
    await _remove(bench, beside)
    return beside.number


async def clean(bench: Workbench) -> int | None:
    """Remove the generation that served before; returns its number, None where there is none.

    Raises Refused while a consumer group has members that read its topics: a query service leaves them once it has
    gone over, and one that is down now goes over when it comes back, on the documents that it has.
    """
    beside = await bench.generations.beside()
    if beside is None:
        return None
    if readers := await bench.admin.readers_of(bench.topics(beside)):
        groups = ", ".join(f"{group} ({members} members)" for group, members in sorted(readers.items()))
        raise Refused(f"generation {beside.number} is still read by {groups}: try again when they have gone over")
    if not await bench.generations.move(beside.number, [State.RETIRED, State.REMOVING], State.REMOVING):
        raise Refused(f"generation {beside.number} is {beside.state.value}: `projector rebuild abort` ends it")
    await _remove(bench, beside)
    return beside.number


async def _remove(bench: Workbench, generation: Generation) -> None:
    group = group_of(generation.number, bench.settings)
    try:
        async with asyncio.timeout(LET_GO_LIMIT):
            # Every process has looked by then; the group may have been empty for a moment before.
            await asyncio.sleep(2 * LOOK_SECONDS)
            while not await _delete_group(bench, group):  # noqa: ASYNC110 - its members are in other processes
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        raise Refused(f"a projector still reads for generation {generation.number}: run the same again") from None
    await bench.admin.delete_topics(bench.topics(generation))
    for name in collection_names(generation.number):
        await bench.database.drop_collection(name)
    await bench.generations.move(generation.number, [State.REMOVING], State.REMOVED)


async def _delete_group(bench: Workbench, group: str) -> bool:
    try:
        await bench.admin.delete_group(group)
    except NonEmptyGroup:
        return False
    return True
