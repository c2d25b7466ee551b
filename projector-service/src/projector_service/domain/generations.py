"""A generation: one projection of the whole log, with documents, topics and a consumer group of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

FORM = 2
"""Raise it with every change of what the fold makes of an event: code of another form then takes no part in building
a generation of this one. 2: `awaiting`."""


class State(StrEnum):
    """The life of a generation, in this order; not every one gets to serve."""

    PREPARING = "preparing"
    BUILDING = "building"
    SERVING = "serving"
    RETIRED = "retired"
    REMOVING = "removing"
    REMOVED = "removed"


@dataclass(frozen=True)
class Generation:
    """What is known of a generation. `rate`: events per second that it reads at most, None for no limit.

    `log_ends` holds, by partition, the last offset of the log when it was begun: what could not be attributed to a
    ticket up to there has been put aside by an earlier generation. `halted`: why a process gave up building it.
    """

    number: int
    state: State
    form: int
    started: datetime
    rate: int | None = None
    log_ends: Mapping[int, int] = field(default_factory=dict)
    same_log: bool = True
    halted: str | None = None

    def is_projected(self) -> bool:
        """Say whether this code keeps it current. A retired one is, for readers may not have left it yet."""
        if self.state is State.BUILDING:
            return self.form == FORM
        return self.state in (State.SERVING, State.RETIRED)
