"""A background task never dies unseen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from chassis.tests.waiting import DEADLINE, until
from ticket_chassis import tasks as tasks_module
from ticket_chassis.tasks import Halted, TaskSupervisor


@pytest.fixture
async def tasks(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TaskSupervisor]:
    """Yield a supervisor that does not wait long before it tries again."""
    monkeypatch.setattr(tasks_module, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(tasks_module, "LONGEST_PAUSE", 0.002)
    supervisor = TaskSupervisor()
    yield supervisor
    await supervisor.stop()


class Attempts:
    """A task that ends in the given ways, one a try, and then runs until it is cancelled."""

    def __init__(self, *ends: Callable[[], Awaitable[None]]) -> None:
        self._ends = iter(ends)
        self.started = 0
        self.running = False

    async def __call__(self) -> None:
        """Try once."""
        self.started += 1
        if end := next(self._ends, None):
            await end()
            return
        self.running = True
        try:
            await asyncio.Event().wait()
        finally:
            self.running = False


async def returns() -> None:
    """End without a word."""


async def fails() -> None:
    """End with an error."""
    raise ConnectionError("mongodb://user:s3cret@host")


async def is_cancelled_from_within() -> None:
    """End as one that awaits a future which a library cancels."""
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


@pytest.mark.parametrize("end", [returns, fails, is_cancelled_from_within])
async def test_a_task_that_ends_is_started_again(tasks: TaskSupervisor, end: Callable[[], Awaitable[None]]) -> None:
    relay = Attempts(end, end, end)
    tasks.add("relay", relay)
    tasks.start()
    await until(lambda: relay.running)
    assert relay.started == 4
    assert tasks.down() == {}


@pytest.mark.parametrize(
    ("end", "why"), [(returns, "ended"), (fails, "ConnectionError"), (is_cancelled_from_within, "CancelledError")]
)
async def test_a_task_is_down_until_it_runs_again(
    tasks: TaskSupervisor, monkeypatch: pytest.MonkeyPatch, end: Callable[[], Awaitable[None]], why: str
) -> None:
    monkeypatch.setattr(tasks_module, "FIRST_PAUSE", DEADLINE)
    monkeypatch.setattr(tasks_module, "LONGEST_PAUSE", DEADLINE)
    tasks.add("relay", Attempts(end))
    tasks.add("sweeper", Attempts())
    tasks.start()
    await until(lambda: tasks.down() != {"relay": "not started", "sweeper": "not started"})
    await until(lambda: tasks.down() == {"relay": why})


async def test_every_task_is_down_before_the_start_and_after_the_end(tasks: TaskSupervisor) -> None:
    relay = Attempts()
    tasks.add("relay", relay)
    assert tasks.down() == {"relay": "not started"}
    tasks.start()
    await until(lambda: relay.running)
    assert tasks.down() == {}
    await tasks.stop()
    assert not relay.running
    assert tasks.down() == {"relay": "stopped"}


async def test_a_halted_task_stays_down(tasks: TaskSupervisor) -> None:
    async def halts() -> None:
        raise Halted("Kafka is ahead of the store")

    relay, other = Attempts(halts), Attempts(*[fails] * 5)
    tasks.add("relay", relay)
    tasks.add("other", other)
    tasks.start()
    await until(lambda: other.running)
    assert tasks.down() == {"relay": "Kafka is ahead of the store"}
    assert relay.started == 1


async def test_a_task_that_fails_while_it_is_stopped_is_not_started_again(tasks: TaskSupervisor) -> None:
    started = []

    async def clumsy() -> None:
        started.append(1)
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionError

    tasks.add("clumsy", clumsy)
    tasks.start()
    await until(lambda: bool(started))
    async with asyncio.timeout(DEADLINE):
        await tasks.stop()
    assert started == [1]


async def test_a_task_that_ends_quietly_when_stopped_is_not_started_again(tasks: TaskSupervisor) -> None:
    started = []

    async def quiet() -> None:
        started.append(1)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return

    tasks.add("quiet", quiet)
    tasks.start()
    await until(lambda: bool(started))
    async with asyncio.timeout(DEADLINE):
        await tasks.stop()
    assert started == [1]


async def test_two_tasks_cannot_share_a_name(tasks: TaskSupervisor) -> None:
    tasks.add("relay", Attempts())
    with pytest.raises(ValueError, match="relay"):
        tasks.add("relay", Attempts())


async def test_a_task_that_is_added_late_starts_and_one_that_is_removed_ends_and_is_forgotten(
    tasks: TaskSupervisor,
) -> None:
    tasks.start()
    late = Attempts()
    tasks.add("late", late)
    await until(lambda: late.running)
    await tasks.remove("late")
    assert not late.running
    assert tasks.down() == {}
    tasks.add("late", late)
    await until(lambda: late.started == 2)
