"""What a service says of itself to whoever watches it: whether it can serve, and its metrics."""

from dataclasses import dataclass
from typing import Protocol

from ticket_chassis.health import Health
from ticket_chassis.metrics import Metrics


@dataclass(frozen=True)
class Readiness:
    """Why a service cannot serve, by check or task, empty where it can; and what else operators want to see."""

    problems: dict[str, str]
    details: dict[str, str]


class Reports(Protocol):
    """Gives what `/readyz` and `/metrics` answer."""

    async def readiness(self) -> Readiness:
        """Return whether the service can serve."""

    async def exposition(self) -> bytes:
        """Return its metrics in Prometheus' text format."""


class OwnReports:
    """The reports of this process alone."""

    def __init__(self, health: Health, metrics: Metrics) -> None:
        self._health = health
        self._metrics = metrics

    async def readiness(self) -> Readiness:
        """Return what the checks and tasks of this process say."""
        return Readiness(await self._health.problems(), self._health.details())

    async def exposition(self) -> bytes:
        """Return the metrics of this process."""
        return self._metrics.exposition()
