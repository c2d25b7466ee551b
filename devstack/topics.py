"""The topics of a stack, made by the tool that production uses."""

import os
import sys

from devstack.command import run
from devstack.project import Project

_LIMIT_S = 60.0


def create_topics(project: Project) -> None:
    """Create the topics that are missing; raises StackError where an existing one differs."""
    environment = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": project.kafka}
    run(
        [sys.executable, "-m", "ticket_chassis.topics"],
        seconds=_LIMIT_S,
        what="creating the topics",
        environment=environment,
    )
