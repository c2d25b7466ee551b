"""Each service, stopped at each step and started again: nothing is lost, and nothing is there twice."""

import asyncio
import sys

import pytest

from tests.crash.conftest import Shared
from tests.crash.deployment import Deployment
from tests.crash.orders import Moment
from tests.crash.points import POINTS, Life, Point
from tests.crash.steps import scan
from tests.crash.trial import Trial, trial
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

FRESH = (Life.FIRST_START, Life.BACKLOG)


def points(*lives: Life) -> list[object]:
    return [pytest.param(point, id=str(point), marks=_marks(point)) for point in POINTS if point.life in lives]


def _marks(point: Point) -> list[pytest.MarkDecorator]:
    # What comes before an effect is mostly what comes after the one before it.
    every_day = point.order.moment is Moment.AFTER and point.life not in FRESH
    return [] if every_day else [pytest.mark.thorough]


@pytest.mark.parametrize("point", points(*(life for life in Life if life not in FRESH)))
async def test_a_running_service(shared: Shared, point: Point) -> None:
    deployment = await shared.get()
    try:
        async with trial(deployment) as at:
            await at.work("before")
            await _order(deployment, point)
            await _see_through(at, point)
    except BaseException:
        sys.stdout.write(deployment.said())
        await shared.drop()
        raise


@pytest.mark.parametrize("point", points(*FRESH))
async def test_a_service_that_starts_for_the_first_time(fresh: Deployment, point: Point) -> None:
    async with trial(fresh) as at:
        if point.life is Life.BACKLOG:
            await _fill_the_store(at, point)
        for service, process in fresh.services.items():
            process.start(point.order if service == point.service else None)
        await _see_through(at, point)


async def _fill_the_store(at: Trial, point: Point) -> None:
    process = at.deployment.services[point.service]
    process.start(RELAY_ENABLED="false")
    await at.work("backlog")
    process.kill()


async def _order(deployment: Deployment, point: Point) -> None:
    process = deployment.services[point.service]
    if point.life in (Life.AT_WORK, Life.STOP):
        process.give(point.order)
    if point.life is Life.STOP:
        process.tell_to_stop()
    if point.life is Life.OTHER_FORM:
        async with deployment.database("query") as database:
            # Only what is there is dropped.
            for name in ("tickets", "positions"):
                await eventually(database[name].find_one, f"{name} are ingested")
            process.kill()
            await database["first_fill"].update_one({"_id": "form"}, {"$set": {"number": 0}})
    if point.life in (Life.START, Life.OTHER_FORM):
        await deployment.wake(point.service, point.order)


async def _see_through(at: Trial, point: Point) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(at.revive(point))
        await at.work("after")
        await at.disturb()
    state = await at.caught_up()
    assert not list(map(str, at.judged(state)))
    await at.strangers_are_settled(state)
    assert not at.deployment.steps_seen() - set(map(str, scan())), "steps that the sources do not show"
