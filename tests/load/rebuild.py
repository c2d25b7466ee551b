"""`make bench-rebuild`: events per second of a rebuild of ten copies of the real log, by two projectors, when alone.

The generation that serves is taken as current: its positions are at the end of the log, and it has nothing to do.
"""

import asyncio
import time
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import SecretStr

from projector_service.domain.messages import Received
from projector_service.ports import Position, fingerprint
from projector_service.rebuild.start import start
from projector_service.rebuild.status import status
from projector_service.rebuild.workbench import Workbench, workbench
from projector_service.settings import Settings
from tests.load.figures import Figure, say, tell
from tests.load.incident_log import encode_incidents, publish
from tests.load.servers import measured_on_servers, running, service_environment
from tests.support.projector import NOON
from tests.support.topics import create_topics
from ticket_contracts.topics import EVENTS

COPIES = 10
PROJECTORS = 2
EVENTS_PER_S = 15_000.0
LIMIT_S = 600.0


async def measure(bootstrap: str, mongo_uri: str) -> list[Figure]:
    """Return events per second from the first to the last event of the rebuild."""
    prefix, database = "rebuild.", "rebuild"
    create_topics(bootstrap, prefix)
    events = await publish(bootstrap, prefix, await encode_incidents(), COPIES)
    say(f"{events} events on the log")
    settings = Settings(
        mongo_uri=SecretStr(mongo_uri),
        mongo_database=database,
        kafka_bootstrap_servers=bootstrap,
        topic_prefix=prefix,
    )
    async with workbench(settings) as bench, AsyncExitStack() as processes:
        await _be_current(bench, bootstrap, prefix + EVENTS.name)
        for _ in range(PROJECTORS):
            environment = service_environment(bootstrap, prefix, mongo_uri, database)
            await processes.enter_async_context(running("projector_service", **environment))
        await start(bench, None, 1, 1)
        rate = await _rate(bench, events)
    return [Figure(f"rebuild of {events} events", rate, EVENTS_PER_S, "events/s", at_least=True)]


async def _be_current(bench: Workbench, bootstrap: str, topic: str) -> None:
    serving = bench.store(await bench.generations.serving())
    await serving.prepare()
    last = {p: offset for p, offset in (await bench.log.last_offsets()).items() if offset >= 0}
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        for partition, offset in last.items():
            consumer.assign([TopicPartition(topic, partition)])
            consumer.seek(TopicPartition(topic, partition), offset)
            record = await consumer.getone()
            at = Received(partition, offset, record.key, record.value, NOON)
            await serving.save_positions({partition: Position(offset, fingerprint(at))})


async def _rate(bench: Workbench, events: int) -> float:
    async with asyncio.timeout(LIMIT_S):
        while (left := (await status(bench)).left) == events:
            pass
        began, before = time.monotonic(), left
        while left:
            left = (await status(bench)).left
            say(f"{left} left after {time.monotonic() - began:.0f} s")
    return before / (time.monotonic() - began)


def main() -> int:
    """Measure on servers that live as long as this; returns 0 when the goal is met."""
    return tell(measured_on_servers(measure))


if __name__ == "__main__":
    raise SystemExit(main())
