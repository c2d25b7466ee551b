"""Whether this store may take new events: only while Kafka's log holds nothing that it lacks.

A store that was restored from a copy would otherwise give versions a second time that are on the log already, and no
way would lead back.
"""

import asyncio

import structlog
from aiokafka.errors import KafkaError
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError

from command_service.adapters.event_store import COLLECTION as EVENTS_COLLECTION
from command_service.execution.admission import Admission
from command_service.relay.log_check import WrongLog, open_check
from command_service.relay.record import RelayRecords
from command_service.settings import CommandSettings
from ticket_chassis.mongo import Document
from ticket_chassis.tasks import Halted

OWN = "own verdict"
SHARED = "verdict of another instance"
FOLLOW_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Verdict:
    """This instance's own, closed until first given. Kafka being away is no reason: commands are accepted then."""

    def __init__(self, settings: CommandSettings, database: AsyncDatabase[Document], admission: Admission) -> None:
        self._settings = settings
        self._events = database[EVENTS_COLLECTION]
        self._records = RelayRecords(database)
        self._admission = admission
        self._is_wanted = asyncio.Event()
        self._giving = asyncio.Lock()
        self.reconsider()

    def reconsider(self) -> None:
        """The database was away: it may come back as another one."""
        self._is_wanted.set()
        self._admission.close(OWN, "the store has not been compared with Kafka's log yet")

    async def keep(self) -> None:
        """Give it whenever it is wanted, for ever: an instance that does not lead needs one, too. May raise Halted."""
        while True:
            await self._is_wanted.wait()
            try:
                await self.give()
            except WrongLog as error:
                await self.refuse(str(error))
                raise Halted(str(error)) from None
            except PyMongoError as error:
                log.info("log and store cannot be compared yet", error=type(error).__name__)
                await asyncio.sleep(FOLLOW_SECONDS)

    async def give(self) -> None:
        """Compare, unless that was done; raises WrongLog or PyMongoError."""
        async with self._giving:
            while self._is_wanted.is_set():
                self._is_wanted.clear()  # before the comparison: what comes while it is made asks for another one
                try:
                    await self._compare()
                except BaseException:
                    self._is_wanted.set()
                    raise
            self._admission.open(OWN)

    async def _compare(self) -> None:
        store_id = await self._records.store_id()
        known = (await self._records.read()).log
        try:
            async with open_check(self._settings, self._events, store_id) as check:
                await check.run(known)
        except (KafkaError, TimeoutError, OSError) as error:
            log.warning("Kafka is away: commands are accepted unchecked", error=type(error).__name__)
        else:
            await self._records.note_verdict(None)

    async def refuse(self, why: str) -> None:
        """Close the store, here and on all other instances."""
        self._admission.close(OWN, why)
        await self._records.note_verdict(why)


class Verdicts:
    """Those of the other instances, as the database has them."""

    def __init__(self, records: RelayRecords, admission: Admission) -> None:
        self._records = records
        self._admission = admission

    async def follow(self) -> None:
        """Look once a second, for ever; while the database is away there is nothing to store in."""
        while True:
            try:
                if (why := await self._records.verdict()) is not None:
                    self._admission.close(SHARED, why)
                else:
                    self._admission.open(SHARED)
            except PyMongoError as error:
                log.info("no verdict to be had", error=type(error).__name__)
            await asyncio.sleep(FOLLOW_SECONDS)
