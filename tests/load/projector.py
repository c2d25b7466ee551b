"""`make bench-projector`: events per second of the projector, beside a plain one, on the real log.

In turn, on the same servers: the plain projector for a while, then ours until it is done; medians of the rounds.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from tests.load.figures import Figure, say, tell
from tests.load.incident_log import encode_incidents, publish
from tests.load.servers import measured_on_servers, running, service_environment
from tests.support.topics import create_topics

ROUNDS = 3
PLAIN_S = 15.0
LIMIT_S = 120.0
START_S = 60.0
PAUSE_S, SLOW_PAUSE_S = 0.02, 0.5
"""Between two looks at how much is done; a look at the plain one's work costs the database more."""
EVENTS_PER_S = 10_000.0
TIMES_PLAIN = 20.0

Database = AsyncDatabase[dict[str, object]]
Folded = Callable[[Database], Awaitable[int]]


async def measure(bootstrap: str, mongo_uri: str) -> list[Figure]:
    """Run the rounds and return what came of them."""
    log = await encode_incidents()
    ours, plain = [], []
    for number in range(ROUNDS):
        prefix = f"round{number}."
        create_topics(bootstrap, prefix)
        events = await publish(bootstrap, prefix, log)
        async with AsyncMongoClient[dict[str, object]](mongo_uri) as client:
            async with running("tests.load.plain_projector", bootstrap, prefix, mongo_uri, f"plain{number}"):
                plain.append(await _rate(client[f"plain{number}"], _versions, events, PLAIN_S, SLOW_PAUSE_S))
            async with running(
                "projector_service", **service_environment(bootstrap, prefix, mongo_uri, f"ours{number}")
            ):
                ours.append(await _rate(client[f"ours{number}"], _positions, events, LIMIT_S, PAUSE_S))
            assert await _versions(client[f"ours{number}"]) == events, "the projector has not folded every event"
        say(f"round {number + 1}: projector {ours[-1]:.0f} events/s, plain one {plain[-1]:.0f} events/s")
    best, slow = statistics.median(ours), statistics.median(plain)
    return [
        Figure("projector", best, EVENTS_PER_S, "events/s", at_least=True),
        Figure("times the plain one", best / slow, TIMES_PLAIN, "x", at_least=True),
    ]


async def _rate(database: Database, folded: Folded, total: int, limit: float, pause: float) -> float:
    """Return events per second from the first ones on, until all are folded or the time is up."""
    deadline = time.monotonic() + START_S
    while not (before := await folded(database)):
        assert time.monotonic() < deadline, "nothing is folded"
        await asyncio.sleep(pause)
    started, deadline, after = time.monotonic(), time.monotonic() + limit, before
    while after < total and time.monotonic() < deadline:
        await asyncio.sleep(pause)
        after = await folded(database)
    return (after - before) / (time.monotonic() - started)


async def _positions(database: Database) -> int:
    return sum([int(str(row["offset"])) + 1 async for row in database.positions.find()])


async def _versions(database: Database) -> int:
    rows = await database.views.aggregate([{"$group": {"_id": None, "n": {"$sum": "$version"}}}])
    return sum([int(str(row["n"])) async for row in rows])


def main() -> int:
    """Measure on servers that live as long as this; returns 0 when the goals are met."""
    return tell(measured_on_servers(measure))


if __name__ == "__main__":
    raise SystemExit(main())
