"""What operators of the projector have, in a test's hands: the command line, and a deployment that is broken."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from typer.testing import CliRunner, Result

from projector_service.cli.app import app
from projector_service.domain.fold import fold
from projector_service.domain.messages import Fact
from projector_service.settings import Settings
from ticket_contracts.views import TicketView

FOLD = "projector_service.projections.steps.fold"
Cli = Callable[..., Awaitable[Result]]


@pytest.fixture
def cli(settings: Settings) -> Cli:
    """Return what runs `projector parked` with some arguments, in a thread of its own."""
    environment = {
        "MONGO_URI": settings.mongo_uri.get_secret_value(),
        "MONGO_DATABASE": settings.mongo_database,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "TOPIC_PREFIX": settings.topic_prefix,
        "COLUMNS": "300",
    }

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["parked", *arguments], env=environment))

    return run


@pytest.fixture
def broken_fold(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Deploy a projector that cannot fold notes; returns what deploys the mended one."""

    def broken(view: TicketView | None, fact: Fact) -> TicketView:
        if fact.event.name() == "AgentNoteAdded":
            raise ZeroDivisionError
        return fold(view, fact)

    monkeypatch.setattr(FOLD, broken)
    return lambda: monkeypatch.setattr(FOLD, fold)
