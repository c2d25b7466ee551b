"""The gauges of what is parked, and the command line, after another generation has taken over."""

import json
from collections.abc import Mapping

import pytest

from projector_service.adapters import parking_watch
from projector_service.rebuild.cutover import cut_over
from projector_service.rebuild.remove import clean
from projector_service.rebuild.start import start
from projector_service.rebuild.status import status
from projector_service.rebuild.workbench import workbench
from projector_service.settings import Settings
from tests.support.operating import Cli
from tests.support.projector import EventLog, RunningProjector, caught_up, created, envelope, new_id, projecting
from tests.support.waiting import eventually

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parking_watch, "LOOK_SECONDS", 0.1)


def shown(projector: RunningProjector) -> dict[str, float]:
    """Return the gauges as they are scraped; of the tickets, those that are not zero."""
    registry, found = projector.service.metrics.registry, dict[str, float]()
    for family in registry.collect():
        for sample in family.samples:
            if sample.name == "tickets_projector_parked_messages":
                found["messages"] = sample.value
            elif sample.name == "tickets_projector_parked_tickets" and sample.value:
                found[sample.labels["fault"]] = sample.value
    return found


async def shows(projector: RunningProjector, wanted: Mapping[str, float]) -> None:
    """Return when the gauges are as wanted."""

    async def as_wanted() -> bool:
        return shown(projector) == wanted

    await eventually(as_wanted, f"the gauges show {wanted}")


async def park_three(log: EventLog) -> list[str]:
    """Send two tickets with bytes that nobody can read, one with an event behind them, and one with a gap."""
    garbled, alike, gapped = tickets = [new_id() for _ in range(3)]
    for ticket in tickets:
        await log.send(created(ticket))
    await log.send_raw(garbled.encode(), b"\xff")
    await log.send(envelope(garbled, 2, "TicketClosed"))
    await log.send_raw(alike.encode(), b"\xff")
    await log.send(envelope(gapped, 3, "TicketClosed"))
    return tickets


async def test_what_is_parked_is_shown_by_fault_until_it_is_mended(
    settings: Settings, event_log: EventLog, cli: Cli
) -> None:
    async with projecting(settings) as projector:
        await shows(projector, {"messages": 0})
        garbled, _, gapped = await park_three(event_log)
        await shows(projector, {"unreadable": 2, "gap": 1, "messages": 4})
        await event_log.send(envelope(gapped, 2, "TicketResolved"))
        assert (await cli("drop", garbled, "--reason", "garbage", "--yes")).exit_code == 0
        await shows(projector, {"unreadable": 1, "messages": 1})
        assert await cli_drops_all(cli) == 1
        await shows(projector, {"messages": 0})


async def cli_drops_all(cli: Cli) -> int:
    """Drop what holds each ticket that is listed; returns how many there were."""
    listed = json.loads((await cli("list", "--json")).stdout)
    for ticket in listed:
        assert (await cli("drop", ticket["id"], "--reason", "garbage", "--yes")).exit_code == 0
    return len(listed)


async def test_a_ticket_of_which_all_was_dropped_is_not_counted(
    settings: Settings, event_log: EventLog, cli: Cli
) -> None:
    ticket = new_id()
    async with projecting(settings) as projector:
        await event_log.send_raw(ticket.encode(), b"\xff")
        await shows(projector, {"unreadable": 1, "messages": 1})
        assert (await cli("drop", ticket, "--reason", "garbage", "--yes")).exit_code == 0
        await shows(projector, {"messages": 0})


async def test_after_a_cutover_gauges_and_command_line_go_by_the_new_generation(
    settings: Settings, event_log: EventLog, cli: Cli
) -> None:
    await park_three(event_log)
    async with projecting(settings) as projector, workbench(settings) as bench:
        await caught_up(projector, event_log)
        await start(bench, None, 1, 1)

        async def read_all() -> bool:
            return (await status(bench)).left == 0

        await eventually(read_all, "the new generation has read the log")
        assert await cut_over(bench, []) is not None

        async def new_serves() -> bool:
            serving = projector.service.keeper.serving
            return serving is not None and serving.generation.number == 2

        await eventually(new_serves, "the new generation serves")
        assert await clean(bench) == 1
        await event_log.send_raw(new_id().encode(), b"\xff")
        await shows(projector, {"unreadable": 3, "gap": 1, "messages": 5})
        assert await cli_drops_all(cli) == 4
        await shows(projector, {"messages": 0})
