"""The project's topics on a test broker, under a prefix of their own."""

import os
import subprocess
import sys

_LIMIT_S = 60


def create_topics(kafka_bootstrap: str, topic_prefix: str) -> None:
    """Create every topic as production has it, each name behind `topic_prefix`, with the tool that production uses.

    Raises AssertionError with the tool's output when it fails.
    """
    environment = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap, "TOPIC_PREFIX": topic_prefix}
    done = subprocess.run(
        [sys.executable, "-m", "ticket_chassis.topics"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


async def delete_topics(kafka_bootstrap: str, topic_prefix: str) -> None:
    """Delete every topic whose name begins with `topic_prefix`: a broker's memory is small, a session's tests many."""
    from aiokafka.admin import AIOKafkaAdminClient

    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([name for name in await admin.list_topics() if name.startswith(topic_prefix)])
    finally:
        await admin.close()
