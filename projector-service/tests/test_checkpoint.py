"""Positions are stored when they have moved, and told to the group each time."""

from collections.abc import Mapping

from projector_service.adapters.memory import MemoryReadStore
from projector_service.ports import Position
from tests.support.projector import created, ids_in_partition
from tests.support.projector_in_memory import ProjectorInMemory
from ticket_contracts.partitioning import PARTITIONS


class Counting(MemoryReadStore):
    """Notes whose positions are stored."""

    def __init__(self) -> None:
        super().__init__()
        self.saved: list[set[int]] = []

    async def save_positions(self, positions: Mapping[int, Position]) -> None:
        """Store and note them."""
        await super().save_positions(positions)
        self.saved.append(set(positions))


async def test_what_stands_still_is_not_stored_again() -> None:
    store = Counting()
    projector = ProjectorInMemory(store)
    await projector.take_events(*(created(ticket) for ticket in ids_in_partition(3, 2)))
    assert store.saved == [{3}]
    assert (await projector.projector.checkpoint())[3].offset == 1
    assert store.saved == [{3}]
    await projector.take_events(*(created(ticket) for ticket in ids_in_partition(4, 1)))
    assert store.saved == [{3}, {4}]


async def test_after_a_takeover_it_is_stored_as_if_nothing_had_been() -> None:
    store = Counting()
    projector = ProjectorInMemory(store)
    await projector.take_events(*(created(ticket) for ticket in ids_in_partition(3, 2)))
    await projector.projector.take_over(range(PARTITIONS))
    await projector.projector.checkpoint()
    assert store.saved == [{3}, {3}]
