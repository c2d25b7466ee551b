"""What goes on around a crash: clients that go on trying, strangers' records, and somebody who starts what has died."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx2
from aiokafka import AIOKafkaProducer

from tests.chaos.checker.judge import judge
from tests.chaos.checker.state import EndState
from tests.chaos.checker.violations import Violation
from tests.chaos.collect.databases import QUERY_DATABASE
from tests.chaos.collect.end_state import collect
from tests.chaos.collect.topics import read_topic
from tests.chaos.history import Accepted, Command, History, Refused
from tests.chaos.load.planning import Planner
from tests.chaos.load.sending import LIMIT_S, Sender
from tests.chaos.probe import Probe
from tests.crash.deployment import Deployment
from tests.crash.orders import STOPPED
from tests.crash.points import Point
from tests.crash.strangers import UNREADABLE, Strangers
from tests.support.waiting import eventually
from ticket_contracts.topics import DEAD_LETTER

BATCH = 6
CREATED_AT_ONCE = 3
PATIENCE_S = 90.0
"""For each wait, on a machine that others keep busy too."""


class Trial:
    """One point's tickets, all its own, on a deployment that may have been used before."""

    def __init__(
        self, deployment: Deployment, strangers: Strangers, command: Sender, query: httpx2.AsyncClient
    ) -> None:
        self.deployment = deployment
        self.strangers = strangers
        self.history = History()
        self._sender = command
        self._query = query
        self._run = f"run-{strangers.parked[:8]}"
        self._probe = Probe(deployment.urls, f"{self._run}-probe", self.history)
        self._tickets: list[str] = []

    async def work(self, part: str) -> None:
        """Send single commands and batches, of new customers; return when all are answered for good."""
        planner = Planner(random.Random(f"{self._run}/{part}"), f"{self._run}-{part}", part)
        singles = [planner.creation(None) for _ in range(CREATED_AT_ONCE)]
        batch = [planner.creation(planner.new_id()) for _ in range(CREATED_AT_ONCE)]
        batch += planner.batch([*self._tickets, *(c.ticket for c in batch if c.ticket)], BATCH)
        self.history.commands += [*singles, *batch]
        await asyncio.gather(*(self._see_through([single]) for single in singles), self._see_through(batch))
        self._tickets += [answer.ticket for command in singles for answer in command.accepted]
        changes = [planner.change(ticket) for ticket in self._tickets]
        self.history.commands += changes
        await asyncio.gather(*(self._see_through([change]) for change in changes))

    async def disturb(self) -> None:
        """Put on the topics what no service of ours would, and see a ticket park and heal."""
        strangers = self.strangers
        await strangers.leave_a_gap()
        await strangers.send_a_dead_letter()
        await strangers.send_unreadable_records()
        await strangers.erase()
        await eventually(lambda: self._shows(stale=True), "the ticket is parked", deadline=PATIENCE_S)
        await strangers.ask_for_a_drop()
        await strangers.fill_the_gap()
        await eventually(lambda: self._shows(stale=False), "the ticket is healed", deadline=PATIENCE_S)

    async def caught_up(self) -> EndState:
        """Wait until all that was stored is applied, and return what is left."""
        await self._probe.caught_up()
        return await collect(self.deployment, self.history, self.deployment.prefix)

    def judged(self, state: EndState) -> list[Violation]:
        """Return everything that is wrong."""
        return judge(self.history, state)

    async def strangers_are_settled(self, state: EndState) -> None:
        """Fail where a dead letter, a quarantined record or an erased timeline is not what it should be."""
        strangers = self.strangers
        letters = await read_topic(self.deployment.kafka, DEAD_LETTER, self.deployment.prefix)
        assert strangers.letter in {letter.value for letter in letters}
        async with self.deployment.database("query") as database:
            values = {"$in": [UNREADABLE + value for value in strangers.quarantined]}
            assert await database["quarantine"].count_documents({"value": values}) == len(strangers.quarantined)
        (kept,) = (entries for entries in state.entries if entries.place == QUERY_DATABASE)
        assert strangers.erased not in {entry["ticket_id"] for entry in kept.documents}

    async def revive(self, point: Point) -> None:
        """Wait until the point's service has stopped, there and nowhere else, and start it again."""
        process = self.deployment.services[point.service]

        async def dead() -> bool:
            return process.exit_code is not None

        await eventually(dead, f"{point} comes", deadline=PATIENCE_S)
        assert process.exit_code == STOPPED, "it ended elsewhere"
        await self.deployment.wake(point.service)

    async def _see_through(self, commands: Sequence[Command]) -> None:
        """Try under the same keys until each is answered for good, and then once more."""
        single = commands[0].ticket is None or len(commands) == 1

        async def decided() -> bool:
            answers = [await self._sender.single(commands[0])] if single else await self._sender.batch(commands)
            return all(isinstance(answer, Accepted | Refused) for answer in answers)

        await eventually(decided, "all commands are answered", deadline=PATIENCE_S)
        await eventually(decided, "all are answered again", deadline=PATIENCE_S)

    async def _shows(self, *, stale: bool) -> bool:
        try:
            answer = await self._query.get(f"/tickets/{self.strangers.parked}")
        except httpx2.TransportError:
            return False
        if not answer.is_success:
            return False
        shown = answer.json()
        return ("stale" in shown) == stale and shown["version"] == (1 if stale else 3)


@asynccontextmanager
async def trial(deployment: Deployment) -> AsyncIterator[Trial]:
    """Yield a trial with its clients."""
    command = httpx2.AsyncClient(base_url=deployment.urls["command-service"], timeout=LIMIT_S)
    query = httpx2.AsyncClient(base_url=deployment.urls["query-service"], timeout=LIMIT_S)
    producer = AIOKafkaProducer(bootstrap_servers=deployment.kafka, enable_idempotence=True)
    async with command, query, producer:
        yield Trial(deployment, Strangers(producer, deployment.prefix), Sender(command), query)
