"""Waiting until the read side holds everything that the store holds."""

import asyncio
from collections.abc import Callable
from time import monotonic

from ticket_client.commands import CommandService
from ticket_client.errors import ClientError
from ticket_client.queries import QueryService

POLL_SECONDS = 0.2


class NotCaughtUpError(ClientError):
    """The read side was still behind when the time was up; the message says how far."""


async def caught_up(
    commands: CommandService,
    queries: QueryService,
    timeout: float,
    on_behind: Callable[[int], None] = lambda _: None,
    poll: float = POLL_SECONDS,
) -> None:
    """Return when all that was stored at the time of the call is applied on the read side.

    First until the store is published, for Kafka's own head says nothing while the relay is down; then until every
    partition is applied up to what was published by then. Asks every `poll` seconds and tells `on_behind` how many
    messages are missing. Raises NotCaughtUpError after `timeout` seconds.
    """
    end = monotonic() + timeout
    while (published := await commands.freshness()).lag_ms != 0:
        lag = "unknown" if published.lag_ms is None else f"{published.lag_ms:.0f} ms"
        await _pause(end, poll, f"the store is not published yet; its lag is {lag}")
    goal = {one.partition: one.published for one in published.partitions}
    while missing := _missing(goal, {one.partition: one.applied for one in (await queries.freshness()).partitions}):
        on_behind(missing)
        await _pause(end, poll, f"the read side is {missing} messages behind")
    on_behind(0)


def _missing(goal: dict[int, int], applied: dict[int, int]) -> int:
    return sum(max(0, offset - applied.get(partition, -1)) for partition, offset in goal.items())


async def _pause(end: float, poll: float, state: str) -> None:
    if monotonic() >= end:
        raise NotCaughtUpError(state)
    await asyncio.sleep(poll)
