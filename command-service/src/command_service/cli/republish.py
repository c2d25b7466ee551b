"""`command republish`: the whole store goes to Kafka once more."""

from typing import Annotated

import typer
from pymongo.asynchronous.database import AsyncDatabase

from command_service.adapters.event_store import COLLECTION as EVENTS_COLLECTION
from command_service.cli.running import run
from command_service.leasing.lease import COLLECTION as LEASES_COLLECTION
from command_service.relay.record import RelayRecords
from command_service.settings import CommandSettings
from ticket_chassis.mongo import Document

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask back.")]


def command(yes: Yes = False) -> None:
    """Publish every event of the store to Kafka again, in order, with the text keys. The service may go on running."""
    events = run(_count)
    typer.echo(f"Some {events:,} events will be published again. Readers skip what they know; disks keep it for ever.")
    if not yes:
        typer.confirm("Publish them?", abort=True)
    if run(_ask):
        typer.echo(
            "Asked: the leader begins within seconds; tickets_command_relay_republication_left_events is 0 in the end."
        )
    else:
        typer.echo("Asked: no relay leads now, so it begins when a command-service with a relay is started.")


async def _count(_: CommandSettings, database: AsyncDatabase[Document]) -> int:
    # Not counted: of tens of millions that takes longer than a call may.
    return await database[EVENTS_COLLECTION].estimated_document_count()


async def _ask(_: CommandSettings, database: AsyncDatabase[Document]) -> bool:
    """Return whether a relay leads."""
    await RelayRecords(database).ask_republication("asked for by an operator")
    led = {"_id": "relay", "$expr": {"$gt": ["$until", "$$NOW"]}}
    return await database[LEASES_COLLECTION].find_one(led) is not None
