"""`command restore-from-kafka`: a store that was restored from a copy gets back what came after the copy."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

import typer
from pymongo.asynchronous.database import AsyncDatabase

from command_service.cli.running import FAILED, ended, run
from command_service.leasing.lease import Lease, LeaseLost
from command_service.leasing.together import together
from command_service.recovery.restoration import Contradiction, Restoration, Restored
from command_service.settings import CommandSettings
from ticket_chassis.mongo import Document

LEASE_LIMIT = 10.0
NAMED = 20

Since = Annotated[
    datetime | None,
    typer.Option(help="Read what Kafka took from this time (UTC) on; all of it without. Must lie before the copy."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask back.")]


def command(since: Since = None, yes: Yes = False) -> None:
    """Put back the events and text keys that Kafka has and the store lacks. Stop every command-service first."""
    begin = None if since is None else since.replace(tzinfo=UTC)
    missing = _restore(begin, write=False)
    for reason, count in sorted(missing.not_taken.items()):
        typer.echo(f"not taken: {count:,} records {reason}")
    if not missing.events:
        typer.echo("Nothing is missing: the store has every event of its own that Kafka has.")
        return
    typer.echo(
        f"Missing: {missing.events.total():,} events of {len(missing.events):,} tickets, "
        f"{len(missing.text_keys):,} text keys. The first tickets: {', '.join(sorted(missing.events)[:NAMED])}"
    )
    if not yes:
        typer.confirm("Put them back?", abort=True)
    done = _restore(begin, write=True)
    typer.echo(f"Put back {done.events.total():,} events and {len(done.text_keys):,} text keys. Start the service.")


def _restore(since: datetime | None, *, write: bool) -> Restored:
    async def restore(settings: CommandSettings, database: AsyncDatabase[Document]) -> Restored:
        return await _alone(database, lambda: Restoration(settings, database).run(write=write, since=since))

    try:
        return run(restore)
    except Contradiction as contradiction:
        raise ended(FAILED, f"stopped, nothing that contradicts was written: {contradiction}") from None
    except LeaseLost:
        raise ended(FAILED, "a relay leads: stop every command-service of this database first") from None


async def _alone(database: AsyncDatabase[Document], work: Callable[[], Awaitable[Restored]]) -> Restored:
    """Return what `work` comes to while no relay leads; raises LeaseLost where one does."""
    lease = Lease(database, "relay")
    try:
        async with asyncio.timeout(LEASE_LIMIT):
            await lease.acquire()
    except TimeoutError:
        raise LeaseLost("relay") from None
    results: list[Restored] = []

    async def kept() -> None:
        results.append(await work())

    try:
        await together(lease.keep(), kept())
    finally:
        await lease.release()
    return results[0]
