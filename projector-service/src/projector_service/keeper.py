"""Keeps at work in this process what the database says should be: the generation that serves, and one beside it."""

import asyncio
from collections.abc import Callable, Mapping

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from projector_service.adapters.kafka_notices import tell_readers
from projector_service.adapters.mongo_generations import MongoGenerations
from projector_service.at_work import GenerationAtWork
from projector_service.domain.generations import Generation, State
from ticket_chassis.health import NotReady
from ticket_chassis.tasks import TaskSupervisor

LOOK_SECONDS = 1.0
TELL_EVERY = 60.0
"""Seconds; readers find the notice again soon where Kafka has lost it."""

log = structlog.get_logger(__name__)


class GenerationKeeper:
    """Starts and stops generations as supervised tasks, and tells readers which one serves."""

    def __init__(
        self,
        generations: MongoGenerations,
        tasks: TaskSupervisor,
        put_to_work: Callable[[Generation], GenerationAtWork],
        make_producer: Callable[[], AIOKafkaProducer],
        notices: str,
    ) -> None:
        self._generations = generations
        self._tasks = tasks
        self._put_to_work = put_to_work
        self._make_producer = make_producer
        self._notices = notices
        self._at_work: dict[int, GenerationAtWork] = {}
        self._told: list[tuple[int, State]] = []
        self._tell_at = 0.0

    @property
    def serving(self) -> GenerationAtWork | None:
        """The generation that serves; None before the database has been asked."""
        return next((g for g in self._at_work.values() if g.generation.state is State.SERVING), None)

    async def run(self) -> None:
        """Follow the database for ever; while it is away, what is at work stays so."""
        await self._generations.prepare()
        while True:
            try:
                found = await self._generations.all()
                await self._follow([g for g in found if g.is_projected()])
                await self._note_halts()
                if not found:
                    await self._generations.prepare()  # emptied under us: all is read from the log again
            except PyMongoError as error:
                log.warning("generations not read", error=type(error).__name__)
            else:
                await self._tell(found)
            await asyncio.sleep(LOOK_SECONDS)

    async def check(self) -> None:
        """Raise NotReady while batches of the generation that serves cannot be seen through, or Kafka is away.

        One that is being built keeps nobody waiting: its troubles are told by `projector rebuild status`.
        """
        serving = self.serving
        if serving is None:
            raise NotReady("it is not known yet which generation serves")
        if serving.projector.trouble is not None:
            raise NotReady(serving.projector.trouble)
        await serving.consumer.ends([0])

    def describe(self) -> str:
        """Return which generations are at work, for operators."""
        return ", ".join(f"{n} {g.generation.state.value}" for n, g in sorted(self._at_work.items())) or "none yet"

    def lags(self) -> Mapping[int, Mapping[int, int]]:
        """Return how many messages each generation has still to do, by partition."""
        return {number: at_work.lag() for number, at_work in self._at_work.items()}

    async def _follow(self, wanted: list[Generation]) -> None:
        for number in self._at_work.keys() - {g.number for g in wanted}:
            del self._at_work[number]
            await self._tasks.remove(_task(number))
            log.info("generation stopped", generation=number)
        for generation in wanted:
            known = self._at_work.get(generation.number)
            if known is None:
                self._at_work[generation.number] = known = self._put_to_work(generation)
                self._tasks.add(_task(generation.number), known.run)
                log.info("generation started", generation=generation.number, state=generation.state.value)
            known.generation = generation

    async def _note_halts(self) -> None:
        for number, at_work in self._at_work.items():
            if at_work.projector.halted is not None and at_work.generation.halted is None:
                await self._generations.note_halt(number, at_work.projector.halted)

    async def _tell(self, found: list[Generation]) -> None:
        now = asyncio.get_running_loop().time()
        states = [(g.number, g.state) for g in found]
        if states == self._told and now < self._tell_at:
            return
        try:
            await tell_readers(self._make_producer, self._notices, found)
        except (KafkaError, TimeoutError) as error:
            log.warning("readers not told", error=type(error).__name__)
        else:
            self._told, self._tell_at = states, now + TELL_EVERY


def _task(number: int) -> str:
    return f"generation {number}"
