"""A service is ready when every check passes in time and every background task runs."""

import asyncio

import pytest

from chassis.tests.waiting import DEADLINE, until
from ticket_chassis import health as health_module
from ticket_chassis.health import Health, NotReady
from ticket_chassis.tasks import TaskSupervisor


async def passes() -> None:
    """Say yes."""


async def hangs() -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def refuses() -> None:
    """Say no, and why."""
    raise NotReady("the clock is 11 s off")


async def breaks() -> None:
    """Fail in a way that nobody foresaw."""
    raise ConnectionError("mongodb://user:s3cret@host")


async def test_a_service_without_checks_is_ready() -> None:
    assert await Health().problems() == {}


async def test_each_check_that_fails_says_why_and_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "CHECK_LIMIT", 0.01)
    health = Health()
    for name, check in {"ok": passes, "mongodb": breaks, "clock": refuses, "kafka": hangs}.items():
        health.add_check(name, check)
    assert await health.problems() == {
        "mongodb": "ConnectionError",
        "clock": "the clock is 11 s off",
        "kafka": "TimeoutError",
    }


async def test_checks_run_side_by_side() -> None:
    health, together = Health(), asyncio.Barrier(3)

    async def meets() -> None:
        await together.wait()

    for name in "abc":
        health.add_check(name, meets)
    assert await health.problems() == {}


async def test_a_task_that_is_down_makes_the_service_unready() -> None:
    tasks, health, running = TaskSupervisor(), Health(), asyncio.Event()

    async def relay() -> None:
        running.set()
        await asyncio.Event().wait()

    tasks.add("relay", relay)
    health.watch(tasks)
    assert await health.problems() == {"task relay": "not started"}
    tasks.start()
    async with asyncio.timeout(DEADLINE):
        await running.wait()
    assert await health.problems() == {}
    await tasks.stop()
    await until(lambda: bool(tasks.down()))
    assert await health.problems() == {"task relay": "stopped"}


async def test_details_are_shown_as_they_are_at_the_moment() -> None:
    health, shown = Health(), ["1"]
    health.add_detail("generation", lambda: shown[-1])
    assert health.details() == {"generation": "1"}
    shown.append("2")
    assert health.details() == {"generation": "2"}
