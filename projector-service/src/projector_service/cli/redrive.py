"""`projector parked redrive`: try again what waits."""

from typing import Annotated

import typer

from projector_service.adapters.parking import ParkedTicket
from projector_service.cli.asking import ask
from projector_service.cli.options import TIMEOUT, Operator, Timeout, in_the_log, ticket_id
from projector_service.cli.running import FAILED, WRONG_USAGE, ended, run, served_parking
from projector_service.settings import Settings
from ticket_chassis.mongo import connect
from ticket_contracts.control import Redrive

OneTicket = Annotated[str | None, typer.Argument(metavar="TICKET", help="The ticket's id.", callback=ticket_id)]
All = Annotated[bool, typer.Option("--all", help="Every parked ticket.")]
Reason = Annotated[
    str | None, typer.Option("--reason", help="Why it may work now; stands in the log.", callback=in_the_log(500))
]


def command(
    operator: Operator,
    ticket: OneTicket = None,
    everything: All = False,
    reason: Reason = None,
    timeout: Timeout = TIMEOUT,
) -> None:
    """Try again, in order, what waits with a ticket: after its cause was mended."""
    if (ticket is None) == (not everything):
        raise ended(WRONG_USAGE, "say one ticket, or --all")
    parked = {t.id for t in run(_parked)}
    if ticket is not None and ticket not in parked:
        raise ended(FAILED, f"{ticket} is not parked")
    wanted = [ticket] if ticket is not None else sorted(parked)
    ask({one: Redrive(operator=operator, reason=reason) for one in wanted}, timeout)


async def _parked(settings: Settings) -> list[ParkedTicket]:
    async with connect(settings) as client:
        return await (await served_parking(client, settings)).tickets()
