"""What a process believes of the generation that serves is as old as its question, however late the answer comes."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from query_service import switch as switch_module
from query_service.adapters.mongo_serving import Serving
from query_service.switch import LOOK_GOOD_FOR, GenerationSwitch
from tests.support.waiting import eventually
from ticket_chassis.tasks import TaskSupervisor

A_FREEZE = 20.0
"""Seconds; after 15 others take a process for dead and drop what only it still reads."""


class Model:
    """A generation of which only the number matters."""

    def __init__(self, number: int) -> None:
        self.number = number

    def start(self, _tasks: TaskSupervisor) -> None:
        """Have nothing to keep current."""

    def hold(self) -> "Model":
        """Be held."""
        return self


class Database:
    """The document that says what serves. Its answer is made at once; when it is read is the test's affair."""

    def __init__(self) -> None:
        self.number = 1
        self.asked = 0
        self.before_reading: Callable[[], Any] | None = None

    async def load(self) -> Serving:
        """Answer as of now, and let happen what comes before the answer is read."""
        self.asked += 1
        answer = Serving(self.number, None)
        happens, self.before_reading = self.before_reading, None
        if happens is not None:
            await happens()
        return answer


class Notices:
    """What the projector has told: generation 2 is to be served."""

    serving = 2


class Clock:
    """The loop's clock, which a test sets forward: the process was frozen, or the database slow."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._time = loop.time
        self.ahead = 0.0

    def time(self) -> float:
        """Return the time as the loop has it."""
        return self._time() + self.ahead


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    loop = asyncio.get_running_loop()
    clock = Clock(loop)
    monkeypatch.setattr(loop, "time", clock.time)
    return clock


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def switch(database: Database) -> GenerationSwitch:
    unused = cast("Any", None)
    serving, notices, models = (cast("Any", each) for each in (database, Notices(), Model))
    return GenerationSwitch(serving, notices, models, TaskSupervisor(), unused, unused)


async def test_an_answer_that_a_frozen_process_reads_late_is_not_believed(
    switch: GenerationSwitch, database: Database, clock: Clock
) -> None:
    async def freeze() -> None:
        clock.ahead += A_FREEZE
        database.number = 2

    database.before_reading = freeze
    assert (await switch.hold()).number == 2
    assert database.asked == 2


async def test_a_look_is_as_old_as_its_question(switch: GenerationSwitch, database: Database, clock: Clock) -> None:
    async def answer_slowly() -> None:
        clock.ahead += LOOK_GOOD_FOR - 1

    database.before_reading = answer_slowly
    await switch.hold()
    assert switch.at_hand() is not None
    clock.ahead += 1
    assert switch.at_hand() is None


@pytest.fixture
def overtaken(database: Database) -> tuple[asyncio.Event, asyncio.Event]:
    """Return what is set when the first question has been answered, and what the reading of it waits for."""
    answered, overtaken = asyncio.Event(), asyncio.Event()

    async def be_overtaken() -> None:
        answered.set()
        await overtaken.wait()

    database.before_reading = be_overtaken
    return answered, overtaken


async def test_of_two_looks_side_by_side_the_older_answer_takes_nothing_back(
    switch: GenerationSwitch, database: Database, overtaken: tuple[asyncio.Event, asyncio.Event]
) -> None:
    answered, go_on = overtaken
    older = asyncio.create_task(switch.hold())
    await answered.wait()
    database.number = 2
    assert (await switch.hold()).number == 2
    go_on.set()
    assert (await older).number == 2
    assert switch.number() == 2


async def test_nothing_is_done_about_an_answer_that_was_overtaken(
    switch: GenerationSwitch,
    database: Database,
    overtaken: tuple[asyncio.Event, asyncio.Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(switch_module, "LOOK_SECONDS", 0.001)
    answered, go_on = overtaken
    following = asyncio.create_task(switch.run())
    await answered.wait()
    database.number = 2
    await switch.hold()
    go_on.set()

    async def has_looked_again() -> bool:
        return database.asked > 2 or following.done()

    await eventually(has_looked_again, "another look")
    assert switch.describe() == "2"
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following
