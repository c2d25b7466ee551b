"""Asks the projector for something through the log, waits until it has come to it, and says what became of it."""

import asyncio
from collections.abc import Mapping

import typer

from projector_service.adapters.control_log import control_log
from projector_service.adapters.parking import ParkedTicket
from projector_service.cli.output import text
from projector_service.cli.running import FAILED, TOO_LATE, ended, run, served_parking
from projector_service.domain.messages import Fault
from projector_service.settings import Settings
from ticket_chassis.mongo import connect
from ticket_contracts.control import Drop, Redrive
from ticket_contracts.partitioning import partition_of

POLL = 0.2


def ask(requests: Mapping[str, Redrive | Drop], timeout: float) -> None:
    """Write a request for each ticket, wait at most `timeout` seconds, and end with 1 where one is still parked."""
    left = run(lambda settings: _ask(settings, requests, timeout))
    if left is None:
        raise ended(TOO_LATE, f"asked, but the projector did not come to it within {timeout:g} s; see its /readyz")
    for ticket_id in requests:
        still = left.get(ticket_id)
        why = f"still parked: {still.parking.fault}: {text(still.parking.detail)}" if still else "no longer parked"
        typer.echo(f"{ticket_id}  {why}")
    if left:
        raise typer.Exit(FAILED)


async def _ask(
    settings: Settings, requests: Mapping[str, Redrive | Drop], timeout: float
) -> dict[str, ParkedTicket] | None:
    """Return those of the tickets that are still parked; None when time ran out."""
    ends: dict[int, int] = {}
    async with control_log(settings) as log:
        for ticket_id, request in requests.items():
            ends[partition_of(ticket_id)] = await log.write(ticket_id, request)
    async with connect(settings) as client:
        store = await served_parking(client, settings)
        try:
            async with asyncio.timeout(timeout):
                for partition, offset in ends.items():
                    while await store.applied(partition) < offset:  # noqa: ASYNC110 - it is in another process
                        await asyncio.sleep(POLL)
        except TimeoutError:
            return None
        found = [await store.ticket(ticket_id) for ticket_id in requests]
    return {ticket.id: ticket for ticket in found if ticket is not None and ticket.parking.fault is not Fault.DROPPED}
