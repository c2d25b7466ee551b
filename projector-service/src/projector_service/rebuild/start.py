"""Begins a new generation: its topics first, then every projector of this form takes part in building it."""

from typing import NoReturn

from projector_service.adapters.mongo_generations import OneAtATime
from projector_service.domain.generations import FORM, Generation, State
from projector_service.rebuild.workbench import Refused, Workbench
from ticket_chassis.topics import TopicCreationFailed, TopicsDiffer, ensure_topics
from ticket_contracts.generations import GENERATION_TOPICS, of_generation


async def start(bench: Workbench, rate: int | None, replication_factor: int, min_insync_replicas: int) -> Generation:
    """Return the new generation, building; goes on with one whose start was interrupted. Raises Refused.

    `rate`: events per second that all projectors together read for it; None for as many as they can.
    """
    begun = await bench.generations.beside()
    if begun is None:
        begun = await _begin(bench, rate)
    if begun.state is not State.PREPARING:
        raise Refused(_in_the_way(begun))
    if begun.form != FORM:
        raise Refused(f"generation {begun.number} was begun by code of another form: run `projector rebuild abort`")
    try:
        await ensure_topics(
            bench.settings.kafka_bootstrap_servers,
            bench.settings.topic_prefix,
            replication_factor,
            min_insync_replicas,
            [of_generation(topic, begun.number) for topic in GENERATION_TOPICS],
        )
    except (TopicsDiffer, TopicCreationFailed) as error:
        raise Refused(f"generation {begun.number} has no topics: {error}; mend it and run the same again") from None
    if not await bench.generations.move(begun.number, [State.PREPARING], State.BUILDING):
        await _give_up(bench, begun.number)
    return begun


async def _give_up(bench: Workbench, number: int) -> NoReturn:
    found = next(g for g in await bench.generations.all() if g.number == number)
    if found.state not in (State.REMOVING, State.REMOVED):
        raise Refused(_in_the_way(found))
    # The abort may have deleted its topics before they were made.
    await bench.admin.delete_topics(bench.topics(found))
    raise Refused(f"generation {number} was aborted meanwhile")


async def _begin(bench: Workbench, rate: int | None) -> Generation:
    try:
        return await bench.generations.begin(rate, await bench.log.last_offsets())
    except OneAtATime:
        raise Refused("somebody else has just begun one: see `projector rebuild status`") from None


def _in_the_way(generation: Generation) -> str:
    if generation.state is State.BUILDING:
        return f"generation {generation.number} is being built: see `projector rebuild status`, or abort it"
    if generation.state is State.RETIRED:
        return f"generation {generation.number} is retired but still there: run `projector rebuild clean` first"
    return f"generation {generation.number} is half removed: run `projector rebuild abort` or `clean` again"
