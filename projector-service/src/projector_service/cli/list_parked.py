"""`projector parked list`: which tickets wait, and why."""

from projector_service.adapters.parking import ParkedTicket
from projector_service.cli.options import Json
from projector_service.cli.output import show_json, show_table
from projector_service.cli.running import run, served_parking
from projector_service.settings import Settings
from ticket_chassis.mongo import connect


def command(as_json: Json = False) -> None:
    """List the parked tickets, those that wait longest first."""
    tickets = run(_read)
    if as_json:
        show_json(tickets)
        return
    rows = ((t.id, t.parking.since, t.version, t.waiting, f"{t.parking.fault}: {t.parking.detail}") for t in tickets)
    show_table(("ticket", "parked since", "version", "waiting", "why"), rows)


async def _read(settings: Settings) -> list[ParkedTicket]:
    async with connect(settings) as client:
        return await (await served_parking(client, settings)).tickets()
