"""Lets the new generation serve: compared once more, switched in one transaction, and readers told."""

from collections.abc import Collection

from projector_service.adapters.kafka_notices import tell_readers
from projector_service.domain.generations import State
from projector_service.names import topic_of
from projector_service.rebuild.compare import Comparison, compare
from projector_service.rebuild.workbench import Refused, Workbench
from ticket_chassis.kafka import create_producer
from ticket_contracts.topics import GENERATIONS


async def cut_over(bench: Workbench, may_differ: Collection[str]) -> Comparison | None:
    """Return the comparison it rests on; one with differences has changed nothing. Raises Refused.

    None: it was done before, and readers have been told again.
    """
    beside = await bench.generations.beside()
    if beside is not None and beside.state is State.RETIRED:
        await _tell(bench)
        return None
    done = await compare(bench, may_differ)
    if not done.differences.counts:
        if not await bench.generations.cut_over(done.serving.number, done.new.number, same_log=done.same_log):
            raise Refused("somebody else has changed the generations meanwhile: see `projector rebuild status`")
        await _tell(bench)
    return done


async def _tell(bench: Workbench) -> None:
    settings = bench.settings
    topic = topic_of(GENERATIONS, settings)
    await tell_readers(lambda: create_producer(settings), topic, await bench.generations.all())
