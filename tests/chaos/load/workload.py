"""The load of one cell: several clients side by side until told to stop, bounded in count and time."""

import asyncio
import random
import time
from dataclasses import dataclass, field

from tests.chaos.history import History
from tests.chaos.load.client import Client
from tests.chaos.load.doors import Doors, client_of
from tests.chaos.load.planning import Planner
from tests.chaos.load.reading import LIMIT_S as READ_LIMIT_S
from tests.chaos.load.reading import Reader
from tests.chaos.load.sending import LIMIT_S as SEND_LIMIT_S
from tests.chaos.load.sending import Sender

CLIENTS = 6
STEPS_PER_S = 4.0
"""Of one client, on average."""
STEPS_MAX = 600
"""Of one client: what no cell needs, and where every load ends."""
TIME_MAX_S = 300.0


@dataclass
class Workload:
    """Clients of one run against the services behind `doors`; what they do is in `history` as soon as it begins."""

    doors: Doors
    run: str
    history: History = field(default_factory=History)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def go(self) -> None:
        """Return after `stopped` is set, or at the limits of count and time, when every client is through."""
        self._deadline = time.monotonic() + TIME_MAX_S
        command = client_of("command-service", self.doors, SEND_LIMIT_S)
        query = client_of("query-service", self.doors, READ_LIMIT_S)
        shared: list[str] = []
        async with command, query, asyncio.TaskGroup() as clients:
            for number in range(CLIENTS):
                name = f"client-{number}"
                dice = random.Random(f"{self.run}/{name}")
                planner = Planner(dice, self.run, name)
                client = Client(planner, Sender(command), Reader(query, name), self.history, shared)
                clients.create_task(self._drive(client, dice))

    async def _drive(self, client: Client, dice: random.Random) -> None:
        for _ in range(STEPS_MAX):
            if self.stopped.is_set() or time.monotonic() > self._deadline:
                return
            await client.step()
            await asyncio.sleep(dice.expovariate(STEPS_PER_S))
