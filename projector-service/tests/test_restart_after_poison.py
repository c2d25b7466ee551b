"""A projector that stopped because of too much poison, and is started again: broken still, and mended."""

from collections.abc import Callable
from functools import partial

import pytest

from projector_service.domain.breaker import Breaker
from projector_service.projections import project_batch
from projector_service.settings import Settings
from tests.support.operating import Cli
from tests.support.projector import EventLog, caught_up, created, envelope, new_id, projecting
from tests.support.waiting import eventually

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def _small_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_batch, "Breaker", partial(Breaker, window=40, tickets=5))


async def send_notes(log: EventLog) -> str:
    """Send a ticket with two notes."""
    ticket = new_id()
    await log.send(created(ticket))
    await log.send(envelope(ticket, 2, "AgentNoteAdded", {"note": "n"}))
    await log.send(envelope(ticket, 3, "AgentNoteAdded", {"note": "n"}))
    return ticket


async def send_until_it_stops(settings: Settings, log: EventLog) -> tuple[list[str], int]:
    """Run a projector, and send a ticket at a time until it stops; returns the tickets, and how many are parked."""
    sent: list[str] = []
    async with projecting(settings) as projector:
        while projector.serving.projector.halted is None:
            sent.append(await send_notes(log))

            async def taken() -> bool:
                positions = await projector.store.positions(log.last)
                done = all(positions[p].offset >= offset for p, offset in log.last.items())
                return done or projector.serving.projector.halted is not None

            await eventually(taken, "the ticket is taken, or it stops")
        return sent, sum((await projector.serving.parking.counts()).tickets.values())


async def test_a_restart_parks_a_few_tickets_at_most_and_a_mended_one_goes_on(
    settings: Settings, event_log: EventLog, cli: Cli, broken_fold: Callable[[], None]
) -> None:
    ids, parked = await send_until_it_stops(settings, event_log)
    assert parked >= 10
    more, after = await send_until_it_stops(settings, event_log)
    assert after - parked < 5
    broken_fold()
    async with projecting(settings) as projector:
        await caught_up(projector, event_log)
        assert (await cli("redrive", "--all")).exit_code == 0
        views = await projector.store.tickets([*ids, *more])
    assert {(view.version, view.parking) for view in views.values()} == {(3, None)}
