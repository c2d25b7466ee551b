"""What a worker is given by its supervisor."""

from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ticket_chassis.workers.port import SharedPort


@dataclass(frozen=True)
class Place:
    """One of `count` workers, numbered from 1.

    `life` is a descriptor that reads as ended once the supervisor stops or is gone, however it went; an empty message
    to `beats`, once a second, shows it that this worker goes on. Workers meet in `directory`.
    """

    number: int
    count: int
    port: SharedPort
    directory: Path
    life: int
    beats: Connection
