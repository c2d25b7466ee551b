"""A projector that stands still at a step wakes after another one has taken its place: no older view comes last.

Behind it a query service that starts with an empty database is judged document by document, and so is the projector's.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from tests.crash.conftest import Shared
from tests.crash.deployment import Deployment
from tests.crash.orders import Moment
from tests.crash.points import PROJECTOR, Life, Point
from tests.crash.process import Watched
from tests.crash.trial import PATIENCE_S, trial
from tests.support.waiting import eventually
from ticket_contracts.topics import LATE_WRITE_LIMIT_MS

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

SERVICE = "projector-service"
# Between two durable effects for all readers; what is stored in the midst of a transaction ends with it.
METHODS = ("commit_transaction", "commit", "send_batch")
SILENT_S = LATE_WRITE_LIMIT_MS / 1000 + 1
"""A group gives a silent member up after 30 s; sooner than this the model behind the late-write limit has no say."""


def freezes() -> list[object]:
    found = [
        point
        for point in PROJECTOR
        if point.life is Life.AT_WORK
        and point.order.moment is not Moment.HALF
        and (point.order.step.method in METHODS or point.order.subject == "positions")
    ]
    return [pytest.param(point, id=str(point), marks=_marks(point)) for point in found]


def _marks(point: Point) -> list[pytest.MarkDecorator]:
    worst = point.order.subject == "views.v1" and point.order.moment is Moment.BEFORE
    return [] if worst else [pytest.mark.thorough]


@pytest.mark.parametrize("point", freezes())
async def test_a_projector_that_wakes_too_late(shared: Shared, point: Point) -> None:
    deployment = await shared.get()
    try:
        async with trial(deployment) as at, _other(deployment) as other:
            await at.work("before")
            frozen = deployment.services[SERVICE]
            frozen.give(replace(point.order, freeze=True))
            async with asyncio.TaskGroup() as group:
                group.create_task(_replace(deployment, frozen, other))
                await at.work("meanwhile")
                await at.disturb()
            await at.caught_up()
            frozen.thaw()
            await deployment.ready()
            await at.work("after")
            await at.caught_up()
            await _start_query_service_from_nothing(deployment)
            state = await at.caught_up()
            assert not list(map(str, at.judged(state)))
    except BaseException:
        sys.stdout.write(deployment.said())
        await shared.drop()
        raise


@asynccontextmanager
async def _other(deployment: Deployment) -> AsyncIterator[Watched]:
    """Yield a second projector, not started; in the end the first has the group for itself again."""
    other = deployment.further(SERVICE)
    yield other
    other.kill()
    await deployment.wake(SERVICE)


async def _replace(deployment: Deployment, frozen: Watched, other: Watched) -> None:
    async def stands_still() -> bool:
        return frozen.frozen

    await eventually(stands_still, "the projector comes to the step", deadline=PATIENCE_S)
    await asyncio.sleep(SILENT_S)  # as long as it takes is what is tried here
    await deployment.give_up(SERVICE)
    other.start()


async def _start_query_service_from_nothing(deployment: Deployment) -> None:
    deployment.services["query-service"].kill()
    async with deployment.database("query") as database:
        await database.client.drop_database(database.name)
    await deployment.wake("query-service")
    await deployment.ready()
