"""A database that comes back as another one under a running service: nothing that was known of the old one counts."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from pymongo.monitoring import ServerHeartbeatSucceededEvent

from command_service import bootstrap as composition
from command_service.adapters.server_restarts import ServerRestarts
from command_service.bootstrap import Service, bootstrap
from command_service.commands.add_agent_note import AddAgentNote
from command_service.commands.command import Command
from command_service.commands.create_ticket import CreateTicket
from command_service.execution.admission import NotAdmitted
from command_service.execution.request import CommandRequest
from command_service.settings import CommandSettings
from ticket_chassis.mongo import connect, ping

Rig = Any  # the one of conftest.py, which cannot be imported

CREATE = CreateTicket(customer_id="c", subject="s", message="m")
NOTE = AddAgentNote(note="n")
AHEAD = "ahead of the store"


class Restarting(ServerRestarts):
    """The server answers as another process when told to."""

    def happen(self) -> None:
        for process in ("before", "after"):
            self.succeeded(answer(process))


def answer(process: str | None, port: int = 1) -> ServerHeartbeatSucceededEvent:
    version = None if process is None else {"processId": process, "counter": 1}
    reply = cast("Any", SimpleNamespace(topology_version=version))
    return ServerHeartbeatSucceededEvent(0.0, reply, ("trial", port))


@pytest.fixture
def restarting(monkeypatch: pytest.MonkeyPatch) -> Restarting:
    listener = Restarting()
    monkeypatch.setattr(composition, "ServerRestarts", lambda: listener)
    return listener


@pytest.fixture
async def service(rig: Rig, restarting: Restarting) -> AsyncIterator[Service]:
    """Yield the whole service, with its tasks."""
    made = bootstrap(rig.settings)
    made.tasks.start()
    try:
        yield made
    finally:
        await made.tasks.stop()
        await made.close()


def test_another_process_at_the_same_place_is_told_once() -> None:
    told: list[str] = []
    restarts = ServerRestarts()
    restarts.then(lambda: told.append("again"))
    for process in ("one", "one", "two", "two", "three"):
        restarts.succeeded(answer(process))
    restarts.succeeded(answer("other", port=2))
    restarts.succeeded(answer(None, port=3))
    assert told == ["again", "again"]


@pytest.mark.stack
async def test_a_real_server_says_which_process_it_is(mongo_settings: CommandSettings) -> None:
    told: list[str] = []
    restarts = ServerRestarts()
    restarts.then(lambda: told.append("again"))
    for _ in range(2):
        async with connect(mongo_settings, restarts) as client:
            await ping(client)
            host, port = await client.address or ("", 0)
    assert told == []
    restarts.succeeded(ServerHeartbeatSucceededEvent(0.0, answer("another").reply, (host, port)))
    assert told == ["again"]  # so the server had said who it was


@pytest.mark.stack
async def test_tickets_keys_and_indexes_are_looked_for_again(rig: Rig, restarting: Restarting) -> None:
    service = bootstrap(rig.settings.model_copy(update={"relay_enabled": False}))
    service.tasks.start()
    ticket = str(uuid4())
    await rig.until(lambda: stores(service, ticket, CREATE))
    for _ in range(2):
        await service.handler.execute(CommandRequest(ticket, NOTE))
    kept = await rig.own["events"].find({"version": {"$lt": 3}}).to_list()
    for name in ("events", "text_keys"):
        await rig.own[name].drop()
    await rig.own["events"].insert_many(kept)
    restarting.happen()
    await rig.until(lambda: stores(service, ticket, NOTE))
    rows = await rig.own["events"].find().sort("version").to_list()
    assert [row["version"] for row in rows] == [1, 2, 3]
    assert await rig.own["text_keys"].distinct("_id") == [rows[-1]["kid"]]
    assert "ticket_version" in await rig.own["events"].index_information()
    assert "customer" in await rig.own["text_keys"].index_information()
    await service.tasks.stop()
    await service.close()


async def stores(service: Service, ticket: str, command: Command) -> bool:
    try:
        await service.handler.execute(CommandRequest(ticket, command))
    except NotAdmitted:
        return False
    return True


async def admits(service: Service) -> bool:
    return await stores(service, str(uuid4()), CREATE)


@pytest.mark.stack
async def test_nothing_new_is_stored_until_the_log_has_been_compared_again(
    rig: Rig, service: Service, restarting: Restarting
) -> None:
    await rig.until(lambda: admits(service))
    restarting.happen()
    assert not await admits(service)
    await rig.until(lambda: admits(service))


@pytest.mark.stack
async def test_an_instance_that_does_not_lead_compares_too(rig: Rig, restarting: Restarting) -> None:
    leader, _ = rig.start()

    async def leads() -> bool:
        return leader.session is not None

    await rig.until(leads)
    (ticket,) = await rig.write(tickets=1)
    await rig.published()
    standby = bootstrap(rig.settings)
    standby.tasks.start()
    await rig.until(lambda: admits(standby))
    await rig.published()
    await rig.own["events"].delete_one({"ticket_id": ticket, "version": 4})
    restarting.happen()

    async def refuses() -> bool:
        return AHEAD in str(await standby.health.problems())

    await rig.until(refuses)
    assert not await admits(standby)
    await standby.tasks.stop()
    await standby.close()
