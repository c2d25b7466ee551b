"""Goes over from one generation to the next: fills the new one beside that which is served, switches, clears up.

All processes on a database follow one document of it. A request reads one generation from its start to its end.
"""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiokafka.errors import KafkaError
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from query_service.adapters.kafka_notices import GenerationNotices
from query_service.adapters.mongo_schema import Document, drop_generation
from query_service.adapters.mongo_serving import MongoServing, Serving
from query_service.domain.progress import Progress
from query_service.http.preferences import WAIT_MAX
from query_service.ports import NothingServed
from query_service.read_model import ReadModel
from ticket_chassis.health import NotReady
from ticket_chassis.tasks import TaskSupervisor
from ticket_contracts.partitioning import PARTITIONS

FIRST_LOOK_SECONDS = 0.05
LOOK_SECONDS = 0.5
LOOK_GOOD_FOR = 5.0
"""Seconds; what a process that was frozen for longer remembers may have been dropped meanwhile."""

DRAIN_SECONDS = LOOK_GOOD_FOR + WAIT_MAX
"""How long the older generation is kept current after a switch, for the reads that still wait for it."""

log = structlog.get_logger(__name__)


class GenerationSwitch:
    """The generations of this process: one serves, another may be filling, an older one may be draining."""

    def __init__(
        self,
        serving: MongoServing,
        notices: GenerationNotices,
        open_model: Callable[[int], ReadModel],
        tasks: TaskSupervisor,
        database: AsyncDatabase[Document],
        delete_group: Callable[[int], Awaitable[None]],
    ) -> None:
        self._serving = serving
        self._notices = notices
        self._open_model = open_model
        self._tasks = tasks
        self._database = database
        self._delete_group = delete_group
        self._process = str(uuid.uuid4())
        self._models: dict[int, ReadModel] = {}
        self._served: ReadModel | None = None
        self._looked_at = 0.0
        self._drained_at = 0.0

    @property
    def served(self) -> ReadModel:
        """The generation that serves; raises NothingServed before it is known."""
        if self._served is None:
            raise NothingServed
        return self._served

    async def hold(self) -> ReadModel:
        """Return the generation for a request, to be released; raises NothingServed, PyMongoError."""
        if asyncio.get_running_loop().time() - self._looked_at > LOOK_GOOD_FOR:
            await self._follow()
        return self.served.hold()

    def at_hand(self) -> ReadModel | None:
        """Return the generation that serves if that is known for sure without looking; not to be kept over an await."""
        if asyncio.get_running_loop().time() - self._looked_at > LOOK_GOOD_FOR:
            return None
        return self._served

    async def check_filled(self) -> None:
        """Raise NotReady while what is served has never been complete."""
        if self._served is None:
            raise NotReady("it is not known yet which generation serves")
        if not await self._served.first_fill.is_complete():
            raise NotReady("the first fill from empty is not complete yet")

    def number(self) -> int:
        """Return the generation that serves, 0 before it is known."""
        return 0 if self._served is None else self._served.number

    def waiting(self) -> int:
        """Return how many requests wait for a token, in all generations."""
        return sum(model.queries.arrivals.waiting for model in self._models.values())

    def kept_bytes(self) -> int:
        """Return how much memory kept answers take, of all generations."""
        return sum(model.queries.answers.size for model in self._models.values())

    def describe(self) -> str:
        """Return which generation is served, and which others there are in this process."""
        others = sorted(self._models.keys() - {self.number()})
        return f"{self.number() or 'none'}" + (f", beside it {', '.join(map(str, others))}" if others else "")

    async def run(self) -> None:
        """Follow the database and the notices for ever; what is served stays while they are away."""
        while True:
            try:
                await self._look()
            except PyMongoError as error:
                log.warning("generations not read", error=type(error).__name__)
            await asyncio.sleep(FIRST_LOOK_SECONDS if self._served is None else LOOK_SECONDS)

    async def _look(self) -> None:
        found, wanted = await self._follow(), self._notices.serving
        if found is None:
            if wanted is not None:
                await self._serving.begin(wanted)
            return
        if found.number < self.number():
            return  # a request has looked meanwhile, and knows better
        if len(self._models) > 1 or found.before is not None:
            await self._serving.note_use(self._process, min(self._models))
        if wanted is not None and wanted > found.number and found.before is None:
            await self._fill(found.number, wanted)
        await self._drain(found)

    async def _follow(self) -> Serving | None:
        """Serve what the database says. An answer is as old as its question, and may come behind that to a later one.

        Returns None where it says nothing.
        """
        found, asked_at = await self._ask()
        if found is not None and found.number > self.number():
            self._served = self._open(found.number)
            self._drained_at = asyncio.get_running_loop().time() + DRAIN_SECONDS
            log.info("generation serves", generation=found.number)
        self._looked_at = max(self._looked_at, asked_at)
        return found

    async def _ask(self) -> tuple[Serving | None, float]:
        """Return an answer that can still be relied on, and when it was asked for."""
        clock = asyncio.get_running_loop().time
        while True:
            asked_at = clock()
            found = await self._serving.load()
            if clock() - asked_at <= LOOK_GOOD_FOR:
                return found, asked_at

    def _open(self, number: int) -> ReadModel:
        model = self._models.get(number)
        if model is None:
            model = self._models[number] = self._open_model(number)
            model.start(self._tasks)
        return model

    async def _fill(self, served: int, number: int) -> None:
        model = self._open(number)
        if await self._is_level(self._open(served), model) and await self._serving.switch(served, number):
            log.info("switched", generation=number, before=served)
            await self._follow()

    async def _is_level(self, served: ReadModel, model: ReadModel) -> bool:
        """Say whether the new one has all that its topics had when it was begun, and all that the served one shows."""
        if not await model.first_fill.is_complete():
            return False
        if not self._notices.same_log(served.number, model.number):
            return True
        # The served one first: the other may only be further on than it is found to be.
        shown, filled = await served.progress_log.load(), await model.progress_log.load()
        return all(_applied(filled, p) >= _applied(shown, p) for p in range(PARTITIONS))

    async def _drain(self, found: Serving) -> None:
        """Stop what is older when no read can wait for it any more, and drop it when nobody reads it."""
        if asyncio.get_running_loop().time() < self._drained_at:
            return
        for number in [n for n in self._models if n < found.number]:
            model = self._models[number]
            if model.ingests:
                await model.stop(self._tasks)
            # Dropped already, by others who took this process for dead: what it has written since is left over.
            if not model.reads and (found.before is not None or await self._drop(number)):
                del self._models[number]
        if found.before is not None and min(self._models) == found.number:
            await self._serving.note_use(self._process, found.number)
            if not await self._serving.is_used(found.number - 1):
                await self._drop_before(found.before, found.number)

    async def _drop_before(self, before: int, served: int) -> None:
        """Drop what was served, and what was begun in between and overtaken."""
        for number in range(before, served):
            if not await self._drop(number):
                return
        await self._serving.forget_before(before)

    async def _drop(self, number: int) -> bool:
        """Drop what there is of a generation; False where its group cannot be deleted yet."""
        try:
            await self._delete_group(number)
        except (KafkaError, OSError, TimeoutError) as error:
            log.info("consumer group not deleted yet", generation=number, error=type(error).__name__)
            return False
        await drop_generation(self._database, number)
        log.info("generation dropped", generation=number)
        return True


def _applied(progress: Mapping[int, Progress], partition: int) -> int:
    return progress[partition].applied if partition in progress else -1
