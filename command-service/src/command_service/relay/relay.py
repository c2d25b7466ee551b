"""The relay as a background task: lead while the lease lasts, start again after any trouble."""

import asyncio
import random

import structlog
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from command_service.leasing.lease import Lease, LeaseLost
from command_service.ports import StoreUnavailable
from command_service.relay.log_check import WrongLog
from command_service.relay.log_state import LogReplaced
from command_service.relay.metrics import RelayMetrics
from command_service.relay.record import RepublicationAsked
from command_service.relay.session import Session, SessionFactory
from command_service.relay.verdict import Verdict
from ticket_chassis.tasks import Halted

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0

INTERRUPTIONS = (
    LeaseLost,
    LogReplaced,
    RepublicationAsked,
    KafkaError,
    PyMongoError,
    StoreUnavailable,
    OSError,
    TimeoutError,
)

log = structlog.get_logger(__name__)


class Relay:
    """Publishes the store's events as long as it leads. `session` is the run at hand, None while there is none."""

    def __init__(self, lease: Lease, new_session: SessionFactory, metrics: RelayMetrics, verdict: Verdict) -> None:
        self._lease = lease
        self._new_session = new_session
        self._metrics = metrics
        self._verdict = verdict
        self.session: Session | None = None

    async def run(self) -> None:
        """Lead again and again; raises Halted where the log is not ours to add to."""
        pause = FIRST_PAUSE
        while True:
            settled = False
            try:
                await self._verdict.give()
                await self._lease.acquire()
                settled = await self._lead()
            except WrongLog as error:
                self._metrics.halted.set(1)
                await self._verdict.refuse(str(error))
                await self._lease.release()
                raise Halted(str(error)) from None
            except PyMongoError as error:
                log.warning("log and store cannot be compared", error=type(error).__name__)
            pause = FIRST_PAUSE if settled else min(pause * 2, LONGEST_PAUSE)
            await asyncio.sleep(random.uniform(0.5, 1.0) * pause)

    async def _lead(self) -> bool:
        """Lead until something goes wrong; return whether it went well before that."""
        self.session = session = self._new_session(self._lease)
        self._metrics.leader.set(1)
        try:
            await session.run()
        except INTERRUPTIONS as error:
            # Never skip, never reorder: the next session has a new producer and resumes from the saved token.
            log.warning("relay interrupted", error=type(error).__name__, detail=str(error)[:500])
            self._metrics.interruptions.labels(type(error).__name__).inc()
            if isinstance(error, PyMongoError):
                self._verdict.reconsider()
        except asyncio.CancelledError:
            await self._lease.release()
            raise
        finally:
            self._metrics.leader.set(0)
            self.session = None
        return session.progress.token is not None
