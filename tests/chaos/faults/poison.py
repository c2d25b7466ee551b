"""Poison under load: under the keys of strangers' tickets and of the load's, some of it redriven, some dropped."""

import random
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer

from devstack.errors import StackError
from tests.chaos.faults.fault import Fault, some_wait
from tests.chaos.faults.operators import parked
from tests.chaos.faults.poisons import NOTE, POISONS, event
from tests.chaos.faults.strangers import Strangers
from tests.chaos.history import History
from tests.chaos.load.planning import Planner
from tests.chaos.probe import Probe
from tests.chaos.rig.rig import Rig
from ticket_contracts.topics import STATS

NEIGHBOURS_LIMIT_S = 15.0
"""How long a new ticket in the partitions of the parked ones may take to be shown and counted, under load."""


@dataclass(frozen=True)
class Poisoning(Fault):
    """Every kind of poison twice, and what operators do about half of it; the rest stays parked for good."""

    seed: str

    @property
    def what(self) -> str:
        return "poison under strangers' tickets and the load's"

    async def strike(self, rig: Rig) -> None:
        dice = random.Random(self.seed)
        async with AIOKafkaProducer(
            bootstrap_servers=rig.stack.kafka, enable_idempotence=True, max_request_size=STATS.max_message_bytes
        ) as producer:
            strangers = Strangers(rig.history, producer, Planner(dice, f"poison-{self.seed}", "stranger"))
            offsets = await _poison(strangers, dice)
            gapped, (sealed, key) = await strangers.leave_a_gap(), await strangers.seal()
            await self._meet_neighbours(rig)
            await parked(rig, "redrive", "--all")
            await strangers.publish(key)
        await _freed(rig, "redrive", sealed)
        await _freed(rig, "drop", gapped, "--yes")
        for ticket in dice.sample(list(offsets), len(offsets) // 2):
            await parked(rig, "drop", ticket, "--yes", "--offset", str(offsets[ticket]))

    async def _meet_neighbours(self, rig: Rig) -> None:
        took = await Probe(rig.stack.urls, f"neighbours-{self.seed}", rig.history).caught_up()
        if took > NEIGHBOURS_LIMIT_S:
            raise StackError(f"neighbours of parked tickets were shown after {took:.1f} s")


async def _freed(rig: Rig, *arguments: str) -> None:
    if not await parked(rig, *arguments):
        raise StackError(f"projector parked {' '.join(arguments)}: the ticket is still parked")


async def _poison(strangers: Strangers, dice: random.Random) -> dict[str, int]:
    """Write each kind of poison under a stranger's ticket and under one of the load's; returns where, by ticket."""
    known = _versions(strangers.history)
    victims = iter(dice.sample(sorted(known), min(len(POISONS), len(known))))
    offsets: dict[str, int] = {}
    for make in dice.sample(list(POISONS.values()), len(POISONS)):
        stranger = await strangers.create()
        offsets[stranger] = await strangers.write(stranger, make(stranger, 1))
        await strangers.write(stranger, event(stranger, 2, "AgentNoteAdded", NOTE))
        if (victim := next(victims, None)) is not None:
            offsets[victim] = await strangers.write(victim, make(victim, known[victim]))
    return offsets


def _versions(history: History) -> dict[str, int]:
    """Return the tickets that clients know of by now, each at the last version that they were told."""
    known: dict[str, int] = {}
    for command in history.commands:
        for answer in command.accepted:
            known[answer.ticket] = max(answer.version, known.get(answer.ticket, 0))
    return known


def poisoning(dice: random.Random) -> list[Fault]:
    """Return one poisoning."""
    return [Poisoning(some_wait(dice), str(dice.randrange(10**9)))]
