"""Whether a service works (`/healthz`) and whether it can serve (`/readyz`)."""

import asyncio
from collections.abc import Awaitable, Callable

from ticket_chassis.tasks import TaskSupervisor

CHECK_LIMIT = 2.0

Check = Callable[[], Awaitable[None]]
Detail = Callable[[], str]


class NotReady(Exception):
    """Why a service cannot serve now; shown to operators, so it holds no secret."""


class Health:
    """Named checks, run side by side at each question; a check that takes over 2 s has failed."""

    def __init__(self) -> None:
        self._checks: dict[str, Check] = {}
        self._details: dict[str, Detail] = {}
        self._tasks: list[TaskSupervisor] = []

    def add_check(self, name: str, check: Check) -> None:
        """Ask `check` at each question; it raises when the answer is no."""
        self._checks[name] = check

    def add_detail(self, name: str, detail: Detail) -> None:
        """Show what `detail` returns with each answer, ready or not."""
        self._details[name] = detail

    def details(self) -> dict[str, str]:
        """Return what else operators want to see, by name."""
        return {name: detail() for name, detail in self._details.items()}

    def watch(self, tasks: TaskSupervisor) -> None:
        """Be unready while one of these tasks is down."""
        self._tasks.append(tasks)

    async def problems(self) -> dict[str, str]:
        """Return why the service is not ready, by check or task; empty when it is."""
        answers = await asyncio.gather(*(self._ask(check) for check in self._checks.values()))
        found = {name: answer for name, answer in zip(self._checks, answers, strict=True) if answer is not None}
        for tasks in self._tasks:
            found |= {f"task {name}": why for name, why in tasks.down().items()}
        return found

    @staticmethod
    async def _ask(check: Check) -> str | None:
        try:
            async with asyncio.timeout(CHECK_LIMIT):
                await check()
        except NotReady as reason:
            return str(reason)
        except Exception as error:  # noqa: BLE001 - an unforeseen failure is a "no" as well
            return type(error).__name__
        return None
