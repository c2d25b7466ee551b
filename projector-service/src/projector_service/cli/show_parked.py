"""`projector parked show`: what waits with one ticket, and what was given up of it."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from projector_service.adapters.parking import Dropped, ParkedTicket, WaitingMessage
from projector_service.cli.options import Json, Ticket
from projector_service.cli.output import show_json, show_table, text
from projector_service.cli.running import FAILED, ended, run, served_parking
from projector_service.settings import Settings
from ticket_chassis.mongo import connect

Content = Annotated[
    bool, typer.Option("--content", help="Show the messages themselves, customers' words included where not sealed.")
]


@dataclass(frozen=True)
class Shown:
    """What is known of a ticket's waiting; `ticket` is None where it is not parked."""

    ticket: ParkedTicket | None
    messages: list[WaitingMessage]
    drops: list[Dropped]


def command(ticket: Ticket, as_json: Json = False, content: Content = False) -> None:
    """Show every message that waits with a ticket, and what was given up of it."""
    shown = run(lambda settings: read(settings, ticket))
    if shown.ticket is None and not shown.drops:
        raise ended(FAILED, f"{ticket} is not parked, and nothing of it was ever given up")
    messages = [_message(m, content=content) for m in shown.messages]
    if as_json:
        show_json({"ticket": shown.ticket, "messages": messages, "drops": shown.drops})
        return
    if shown.ticket is not None:
        why = shown.ticket.parking
        typer.echo(
            f"{ticket} is at version {shown.ticket.version}, parked since {why.since}: {why.fault}: {text(why.detail)}"
        )
    if messages:
        show_table(messages[0], (m.values() for m in messages))
    if shown.drops:
        typer.echo("Given up:")
        show_table(asdict(shown.drops[0]), (asdict(d).values() for d in shown.drops))


async def read(settings: Settings, ticket_id: str) -> Shown:
    """Return what waits with a ticket."""
    async with connect(settings) as client:
        store = await served_parking(client, settings)
        return Shown(await store.ticket(ticket_id), await store.messages(ticket_id), await store.drops(ticket_id))


def _message(message: WaitingMessage, *, content: bool) -> dict[str, Any]:
    fields = asdict(message)
    value: bytes | None = fields.pop("value")
    size = {"bytes": None if value is None else len(value)}
    said = {"content": value and value.decode(errors="backslashreplace")} if content else {}
    reason = {"reason": fields.pop("reason")}
    return fields | size | reason | said
