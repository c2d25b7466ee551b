"""Every step of the services has a crash point, and every crash point a step."""

from collections import Counter
from collections.abc import Iterable

import pytest

from tests.crash.points import NOT_DURABLE, POINTS, TOPICS_TOOL, Point
from tests.crash.steps import Step, in_source, scan, step

SAYS_WHAT_TO_DO = "add a line for it to tests/crash/points.py, or a reason to NOT_DURABLE there"


def missing(steps: Counter[Step], points: Iterable[Point]) -> list[str]:
    """Return the steps without a crash point; one that is written twice needs points for two collections or topics."""
    subjects: dict[Step, set[str]] = {}
    for point in points:
        subjects.setdefault(point.order.step, set()).add(point.order.subject)
    return [
        f"{found}, written {times} times: {SAYS_WHAT_TO_DO}"
        for found, times in steps.items()
        if found not in NOT_DURABLE and found != TOPICS_TOOL and len(subjects.get(found, ())) < times
    ]


def test_every_step_has_a_crash_point() -> None:
    assert not missing(scan(), POINTS)


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_every_crash_point_has_a_step(point: Point) -> None:
    assert point.order.step in scan()


@pytest.mark.parametrize("reasoned", [*NOT_DURABLE, TOPICS_TOOL], ids=str)
def test_what_needs_no_crash_point_is_still_there(reasoned: Step) -> None:
    assert reasoned in scan()


def test_no_two_points_are_the_same() -> None:
    assert len({str(point) for point in POINTS}) == len(POINTS)


NEW_STEP = """
class Store:
    async def save(self):
        await self._rows.insert_one({})
"""
TWICE = """
async def save(rows, others):
    async def one():
        await rows.bulk_write([])
    await others.bulk_write([])
"""
UNCALLED = """
def make(rows):
    return functools.partial(rows.delete_many, {})
"""
BY_ITSELF = """
async def commit(session):
    async with await session.start_transaction():
        pass
"""
BY_NAME = """
async def save(database):
    await database.command("drop", "rows")
    await database.command("ping")
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(NEW_STEP, {"new:Store.save:insert_one": 1}, id="a method"),
        pytest.param(TWICE, {"new:save:bulk_write": 2}, id="a function within a function"),
        pytest.param(UNCALLED, {"new:make:delete_many": 1}, id="a call put off"),
        pytest.param(BY_ITSELF, {"new:commit:commit_transaction": 1}, id="a transaction that commits by itself"),
        pytest.param(BY_NAME, {"new:save:drop": 1}, id="a command by its name"),
    ],
)
def test_a_new_step_is_noticed(source: str, expected: dict[str, int]) -> None:
    found = Counter(in_source(source, "new"))
    assert found == {step(text): times for text, times in expected.items()}
    assert missing(found, POINTS) == [f"{text}, written {n} times: {SAYS_WHAT_TO_DO}" for text, n in expected.items()]


def test_a_second_one_in_the_same_place_is_noticed() -> None:
    (first, *_) = POINTS
    assert not missing(Counter({first.order.step: 1}), POINTS)
    assert missing(Counter({first.order.step: 2}), POINTS)
