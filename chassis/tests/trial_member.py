"""A member of a consumer group as a process: says each time which partitions it has; ends in order at SIGTERM.

Arguments: the topic, the group, the member's name or "".
"""

import asyncio
import os
import signal
import sys

from ticket_chassis.kafka import create_consumer
from ticket_chassis.settings import ServiceSettings


async def _be_a_member(topic: str, group: str, name: str) -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    settings = ServiceSettings(
        mongo_uri="mongodb://localhost",
        mongo_database="none",
        kafka_bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        port=0,
    )
    consumer = create_consumer(settings, group_id=group, instance=name or None)
    consumer.subscribe([topic])
    await consumer.start()
    said = 0
    while not told.is_set():
        await consumer.getmany(timeout_ms=100)
        if said != (said := len(consumer.assignment())):
            print(said, flush=True)  # noqa: T201 - what the test reads
    await consumer.stop()


if __name__ == "__main__":
    asyncio.run(_be_a_member(*sys.argv[1:]))
