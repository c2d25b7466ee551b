"""A batch that is too much at once is done in portions: nothing stands still for its size."""

import pytest

from projector_service.adapters.memory import MemoryReadStore
from projector_service.domain.messages import Received
from projector_service.projections import project_batch
from projector_service.projections.effects import BatchPlan
from projector_service.projections.portion import BYTES, FIRST, Portion
from tests.support.planning import at
from tests.support.projector import created, ids_in_partition
from tests.support.projector_in_memory import WHEN_SENT, ProjectorInMemory, as_record
from ticket_contracts.partitioning import PARTITIONS

PARTITION = 3


class SmallStore(MemoryReadStore):
    """Takes no more than 40 tickets in one transaction, as a database does where they are large."""

    async def commit(self, plan: BatchPlan) -> None:
        """See the base."""
        if len(plan.changed) > 40:
            raise TimeoutError
        await super().commit(plan)


async def test_a_batch_too_large_for_one_transaction_is_done_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_batch, "FIRST_PAUSE", 0.0)
    store = SmallStore()
    projector = ProjectorInMemory(store)
    await projector.projector.take_over(range(PARTITIONS))
    tickets = ids_in_partition(PARTITION, 120)
    records = [as_record(created(ticket)) for ticket in tickets]
    batch = [Received(PARTITION, o, r.key, r.value, WHEN_SENT) for o, r in enumerate(records)]
    for record in batch:
        projector.log.append(record)
    for _ in range(4):  # as the log hands it over again after each reset
        read_again_from = max(0, (await store.positions([PARTITION]))[PARTITION].offset)
        await projector.projector.project(batch[read_again_from:])
        await projector.projector.checkpoint()
    assert (await store.positions([PARTITION]))[PARTITION].offset == len(tickets) - 1
    assert (await store.counters([PARTITION]))[PARTITION].total == len(tickets)


def sizes(portion: Portion, messages: int, ticket_bytes: int = 0) -> list[int]:
    """Return how many messages each portion of a batch has; each is done, with so many bytes of tickets."""
    found = []
    for records in portion.cut([at(offset) for offset in range(messages)]):
        found.append(len(records))
        portion.was_done(ticket_bytes)
    return found


def test_portions_grow_to_a_whole_batch_as_long_as_they_get_done() -> None:
    portion = Portion()
    assert sizes(portion, 1_000)[0] == FIRST
    assert sizes(portion, 1_000) == [305, 381, 314]
    for _ in range(10):
        sizes(portion, 1_000)
    assert sizes(portion, 1_000) == [1_000]


def test_those_of_a_quiet_time_prove_nothing() -> None:
    portion = Portion()
    for _ in range(50):
        sizes(portion, 1)
    assert sizes(portion, 1_000)[0] == FIRST


def test_large_tickets_make_small_portions() -> None:
    portion = Portion()
    sizes(portion, FIRST, ticket_bytes=4 * BYTES)
    assert sizes(portion, FIRST)[0] == FIRST // 4


def test_a_failure_halves_what_was_tried_and_leaves_one() -> None:
    portion = Portion()
    for halves in (50, 25, 12, 6, 3, 1, 1):
        next(portion.cut([at(offset) for offset in range(1_000)]))
        portion.failed()
        assert len(next(portion.cut([at(offset) for offset in range(1_000)]))) == halves
