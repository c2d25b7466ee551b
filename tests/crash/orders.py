"""Where a process is to stop: written down beside it, read by it at every step."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from tests.crash.steps import Step, step

STOPPED = 73
"""The exit code of a process that stopped where it was told to, and of no other."""


class Moment(StrEnum):
    """When, beside the effect: before it, when it is done and our code does not know yet, or in its midst.

    HALF: of several writes in one call, the first half is done.
    """

    BEFORE = "before"
    HALF = "half"
    AFTER = "after"


@dataclass(frozen=True)
class Order:
    """Stop at the n-th time that the step comes; `subject` is how the collection's or topic's name ends.

    `freeze`: the process does not end, but stands still until it gets SIGCONT, and goes on from there.
    """

    step: Step
    moment: Moment
    subject: str = ""
    nth: int = 1
    freeze: bool = False


class Orders:
    """The order of one process, as a file in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "order.json"

    def give(self, order: Order) -> None:
        """Put the order in force, whole or not at all."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(order) | {"step": str(order.step)}))
        draft.rename(self._file)

    def withdraw(self) -> None:
        """Let the next process go on for ever."""
        self._file.unlink(missing_ok=True)

    def read(self) -> Order | None:
        """Return the order in force."""
        try:
            found = json.loads(self._file.read_text())
        except FileNotFoundError:
            return None
        return Order(step(found["step"]), Moment(found["moment"]), found["subject"], found["nth"], found["freeze"])
