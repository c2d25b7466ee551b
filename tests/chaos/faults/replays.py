"""Old records sent again, in another order: what a confused producer, or a mirror, may do to a topic."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from aiokafka import AIOKafkaProducer

from devstack.errors import StackError
from tests.chaos.collect.databases import served_generation
from tests.chaos.collect.topics import read_topic
from tests.chaos.faults.fault import Fault, some_wait
from tests.chaos.history import Accepted, Command, Unknown
from tests.chaos.load.planning import Planner
from tests.chaos.load.sending import LIMIT_S, Sender
from tests.chaos.rig.rig import Rig
from ticket_contracts.generations import GENERATION_TOPICS, of_generation
from ticket_contracts.topics import EVENTS, STATS, TIMELINE, VIEWS, WATERMARKS, Topic

MOST = 1_000
"""Records that are sent again at a time."""
_PATIENCE_S = 60.0
_PAUSE_S = 0.2


@dataclass(frozen=True)
class Replay(Fault):
    """Up to MOST records of a topic sent once more, shuffled, to the partitions that they are in.

    Whoever reads them has applied them, and what replaces each key's last record comes by itself: the projector
    publishes counters with every batch, the relay watermarks every second, an entry of a timeline never changes.
    """

    topic: Topic
    seed: str

    @property
    def what(self) -> str:
        return f"{self.topic.name} replayed out of order"

    async def strike(self, rig: Rig) -> None:
        topic = await _as_served(rig, self.topic)
        records = await read_topic(rig.stack.kafka, topic)
        dice = random.Random(self.seed)
        await _send(rig, topic, dice.sample(records, min(MOST, len(records))))


@dataclass(frozen=True)
class ReplayViews(Fault):
    """Old views of some tickets, then the newest of each again.

    The tickets are the fault's own and at rest: an old view as the last of its key is what the broker's limit on
    timestamps keeps a projector from writing, and no reader of a compacted topic could make good.
    """

    seed: str

    @property
    def what(self) -> str:
        return f"{VIEWS.name} replayed out of order"

    async def strike(self, rig: Rig) -> None:
        dice = random.Random(self.seed)
        versions = await self._tickets(rig, dice)
        views = await _as_served(rig, VIEWS)
        records = [r for r in await _published(rig, views, versions) if r.key.decode() in versions]
        newest = {record.key: record for record in records}
        old = [record for record in records if record is not newest[record.key]]
        await _send(rig, views, [*dice.sample(old, len(old)), *newest.values()])

    async def _tickets(self, rig: Rig, dice: random.Random) -> dict[str, int]:
        planner = Planner(dice, f"replayed-{self.seed}", "replay")
        commands = [command for _ in range(5) for command in planner.batch([], 15)]
        rig.history.commands += commands
        url = rig.stack.urls["command-service"]
        async with httpx2.AsyncClient(base_url=url, timeout=LIMIT_S) as http:
            return await _decided(Sender(http), commands)


async def _decided(sender: Sender, commands: Sequence[Command]) -> dict[str, int]:
    """Send until all are decided; returns the version of each ticket."""
    answers = await sender.batch(commands)
    while any(isinstance(answer, Unknown) for answer in answers):
        await asyncio.sleep(_PAUSE_S)
        answers = await sender.batch(commands)
    versions: dict[str, int] = {}
    for answer in answers:
        if isinstance(answer, Accepted):
            versions[answer.ticket] = max(answer.version, versions.get(answer.ticket, 0))
    return versions


async def _as_served(rig: Rig, topic: Topic) -> Topic:
    """Return a topic of the generation that readers have: a rebuild may have come before, in an earlier cell."""
    if topic not in GENERATION_TOPICS:
        return topic
    return of_generation(topic, await served_generation(rig.stack.mongo_uri("query")))


async def _published(rig: Rig, views: Topic, versions: dict[str, int]) -> list[Any]:
    """Return the views' records as soon as they hold these versions; raises StackError."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        records = await read_topic(rig.stack.kafka, views)
        last = {record.key.decode(): record.value for record in records}
        if all(f'"version":{version}'.encode() in last.get(ticket, b"") for ticket, version in versions.items()):
            return records
        await asyncio.sleep(_PAUSE_S)
    raise StackError("the views of the tickets to replay are not published")


async def _send(rig: Rig, topic: Topic, records: Sequence[Any]) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=rig.stack.kafka, max_request_size=STATS.max_message_bytes
    ) as producer:
        sent = [
            await producer.send(
                topic.name, record.value, key=record.key, partition=record.partition, headers=list(record.headers)
            )
            for record in records
        ]
        await asyncio.gather(*sent)


def replays(dice: random.Random) -> list[Fault]:
    """Return a replay of each topic, in any order, the events twice."""
    seed = str(dice.randrange(10**9))
    made: list[Fault] = [
        Replay(some_wait(dice), topic, seed) for topic in (EVENTS, EVENTS, TIMELINE, STATS, WATERMARKS)
    ]
    made.append(ReplayViews(some_wait(dice), seed))
    return dice.sample(made, len(made))
