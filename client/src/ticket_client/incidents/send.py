"""The import itself: batches of whole histories, several in flight, until nothing is left to send."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Protocol

from ticket_client.commands import BATCH_LIMIT
from ticket_client.errors import ClientError
from ticket_client.incidents.log import Log
from ticket_client.incidents.plan import Planned, Progress, plan
from ticket_client.incidents.report import Report, in_file_order, start_report
from ticket_client.incidents.settle import UNDECIDED, settle
from ticket_client.models import Command, Outcome
from ticket_client.retry import RetryPolicy

IN_FLIGHT = 6
"""Batches at a time: enough to keep the service busy while answers travel, few enough to hold in memory."""

PATIENCE = RetryPolicy(patience=120.0)
"""A command service that was killed has this many seconds to come back before the import gives up."""

Share = tuple[Progress, list[Planned]]
"""One history's part of a batch."""


class Commands(Protocol):
    """What the import needs of the command service. It retries a failed connection by itself."""

    async def send(self, commands: list[Command]) -> list[Outcome]:
        """The outcomes of a batch, in its order."""
        ...


class StuckError(ClientError):
    """The service answers but decides nothing; the message says what it last said."""


async def import_log(
    log: Log,
    service: Commands,
    *,
    patience: RetryPolicy = PATIENCE,
    on_rows: Callable[[int], None] = lambda _: None,
) -> Report:
    """Send what the log wants and return what came of it; `on_rows` hears how many more rows are done.

    Running it again changes nothing, and a run that was cut off is finished by the next: keys come from the rows.
    Raises UnreachableError, StuckError or ProblemError when it has to give up.
    """
    started = monotonic()
    run = _Run(log, service, patience, on_rows)
    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(IN_FLIGHT):
                workers.create_task(run.work())
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None  # what ended the first worker ended the others
    in_file_order(run.report, log)
    run.report.seconds = monotonic() - started
    return run.report


class _Run:
    """One import in progress. A history is in the queue or in one batch, never in two."""

    def __init__(self, log: Log, service: Commands, patience: RetryPolicy, on_rows: Callable[[int], None]) -> None:
        self.report = start_report(log)
        self._queue = deque(Progress(history) for history in log.histories)
        self._service = service
        self._patience = patience
        self._on_rows = on_rows

    async def work(self) -> None:
        """Take batch after batch until the queue is empty."""
        while batch := self._next_batch():
            await self._finish(batch)

    def _next_batch(self) -> list[Share]:
        batch: list[Share] = []
        room = BATCH_LIMIT
        while self._queue and room:
            progress = self._queue.popleft()
            planned = plan(progress, room)
            if not planned:
                self._done(progress)
                continue
            batch.append((progress, planned))
            room -= len(planned)
        return batch

    def _done(self, progress: Progress) -> None:
        self._on_rows(len(progress.history.rows))

    async def _finish(self, batch: list[Share]) -> None:
        """Send a batch, and again what was left undecided, until each of its commands is decided."""
        waits = self._patience.waits()
        while batch:
            before = [progress.next for progress, _ in batch]
            undecided, problem = await self._send(batch)
            if before != [progress.next for progress, _ in batch]:
                waits = self._patience.waits()
            if undecided:
                wait = next(waits, None)
                if wait is None:
                    raise StuckError(f"the command service decides nothing any more: {problem}")
                await asyncio.sleep(wait)
            batch = [(progress, plan(progress, length)) for progress, length in undecided]

    async def _send(self, batch: list[Share]) -> tuple[list[tuple[Progress, int]], str]:
        """The histories with an undecided command and how many commands of theirs were sent, and the last problem."""
        outcomes = await self._service.send([command for share in batch for command in _commands(*share)])
        undecided: list[tuple[Progress, int]] = []
        problem = ""
        start = 0
        for progress, planned in batch:
            answers = outcomes[start : start + len(planned)]
            start += len(planned)
            if settle(progress, planned, answers, self.report):
                self._queue.appendleft(progress)
            else:
                undecided.append((progress, len(planned)))
                problem = next(one.detail or one.code or "" for one in answers if one.code in UNDECIDED)
        return undecided, problem


def _commands(progress: Progress, planned: list[Planned]) -> list[Command]:
    ticket_id = progress.history.ticket_id
    return [Command(one.type, ticket_id, progress.key(one), one.data, one.at) for one in planned]
