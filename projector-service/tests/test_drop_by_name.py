"""`projector parked drop` with --offset and --version: what is named is given up, and nothing else."""

import pytest

from projector_service.settings import Settings
from tests.support.operating import Cli
from tests.support.projector import EventLog, caught_up, created, envelope, new_id, projecting

pytestmark = pytest.mark.stack

BECAUSE = ("--reason", "an experiment", "--yes")


async def test_a_message_and_missing_versions_are_dropped_by_name(
    settings: Settings, event_log: EventLog, cli: Cli
) -> None:
    ticket = new_id()
    await event_log.send(created(ticket))
    await event_log.send(envelope(ticket, 3, "TicketTagsChanged", {"added": ["a"], "removed": []}))
    forged = await event_log.send(envelope(ticket, 900, "TicketClosed", source="/a-forger"))
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        elsewhere = await cli("drop", ticket, *BECAUSE, "--offset", str(forged + 1))
        assert (elsewhere.exit_code, f"no message at offset {forged + 1}" in elsewhere.stderr) == (1, True)
        assert (await cli("drop", ticket, *BECAUSE, "--version", "1")).exit_code == 2
        gone = await cli("drop", ticket, *BECAUSE, "--offset", str(forged))
        assert (gone.exit_code, "still parked: gap" in gone.stdout) == (1, True)
        freed = await cli("drop", ticket, *BECAUSE, "--version", "2")
        assert (freed.exit_code, "missing versions up to 2" in freed.stdout) == (0, True)
        view = (await projector.store.tickets([ticket]))[ticket].view
    assert view is not None
    assert (view.version, view.status, view.tags) == (3, "open", ("a",))
