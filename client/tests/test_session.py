from collections.abc import AsyncIterator

import pytest

from client.tests.fake_http import fake_services, json, problem
from client.tests.fake_tickets import FakeTickets
from client.tests.scripted import Scripted
from ticket_client.consistency import Reading
from ticket_client.models import Command
from ticket_client.problems import TicketNotFound, VersionMismatch
from ticket_client.retry import NO_RETRY
from ticket_client.session import Session

TWO = [f"0190b0a0-0000-7000-8000-00000000000{number}" for number in (1, 2)]


@pytest.fixture
def tickets() -> FakeTickets:
    return FakeTickets()


@pytest.fixture
async def session(tickets: FakeTickets) -> AsyncIterator[Session]:
    """A session on a read side that shows nothing but what it is asked to wait for."""
    async with Session(transport=fake_services(tickets, lagging=True)) as session:
        yield session


async def test_what_was_written_is_read_everywhere(session: Session) -> None:
    created = await session.commands.create_ticket("c", "Printer", "It burns")
    await session.commands.add_agent_note(created.id, "Toner")
    assert (await session.queries.ticket(created.id)).note_count == 1
    assert [one.type async for one in session.queries.timeline(created.id)] == ["TicketCreated", "AgentNoteAdded"]
    assert [one.id async for one in session.queries.tickets(has_note=True)] == [created.id]
    assert [one.id async for one in session.queries.export()] == [created.id]


async def test_what_a_batch_wrote_is_read_too_and_what_it_was_refused_is_not_waited_for(session: Session) -> None:
    data = {"customer_id": "c", "subject": "s", "message": "m", "priority": "low", "channel": "web", "tags": []}
    commands = [Command("CreateTicket", one, f"key {one}", data, "2026-01-01T00:00:00Z") for one in TWO]
    refused = Command("CreateTicket", TWO[0], "another", data, "2026-01-01T00:00:00Z")
    outcomes = await session.commands.send([*commands, refused])
    assert [one.code for one in outcomes] == [None, None, "ticket-exists"]
    assert [one.id async for one in session.queries.tickets()] == TWO[::-1]


async def test_another_session_has_to_be_told(tickets: FakeTickets, session: Session) -> None:
    created = await session.commands.create_ticket("c", "Printer", "It burns")
    async with Session(transport=fake_services(tickets, lagging=True)) as other:
        with pytest.raises(TicketNotFound):
            await other.queries.ticket(created.id)
        assert (await other.queries.ticket(created.id, Reading([created.token]))).version == 1


async def test_one_ticket_waits_for_its_own_writes_alone_and_counts_for_all() -> None:
    accepted = [
        json({"id": one, "version": 4, "status": "open"}, headers={"consistency-token": f"{one}:4"}) for one in TWO
    ]
    transport = Scripted([*accepted, *[problem(404, "ticket-not-found", "No")] * 5])
    async with Session(transport=transport, retry=NO_RETRY) as session:
        for one in TWO:
            await session.commands.change_priority(one, "high")
        reads = session.queries.ticket(TWO[0].upper()), session.queries.ticket("third"), session.queries.dashboard()
        for read in reads:
            with pytest.raises(TicketNotFound):
                await read
        with pytest.raises(TicketNotFound):
            await anext(session.queries.timeline(TWO[1]))
        with pytest.raises(TicketNotFound):
            await anext(session.queries.export_lines())
    first, second = f"{TWO[0]}:4", f"{TWO[1]}:4"
    both = f"{first},{second}"
    assert transport.headers("consistency-token")[2:] == [first, None, both, second, both]


async def test_an_optimistic_writer_that_came_too_late_reads_and_decides_again(session: Session) -> None:
    created = await session.commands.create_ticket("c", "Printer", "It burns")
    seen = await session.queries.ticket(created.id)
    await session.commands.change_priority(created.id, "high", if_match=seen.version)
    with pytest.raises(VersionMismatch):
        await session.commands.change_priority(created.id, "low", if_match=seen.version)
    seen = await session.queries.refresh(seen)
    assert (seen.version, seen.priority) == (2, "high")
    assert (await session.commands.change_priority(created.id, "low", if_match=seen.etag)).version == 3


async def test_the_services_are_those_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def addresses(*given: str) -> list[str]:
        async with Session(*given) as session:
            return [session.commands.url, session.queries.url]

    assert await addresses() == ["http://127.0.0.1:8001", "http://127.0.0.1:8002"]
    monkeypatch.setenv("TICKETS_COMMAND_URL", "http://c:1")
    monkeypatch.setenv("TICKETS_QUERY_URL", "http://q:2/")
    assert await addresses() == ["http://c:1", "http://q:2"]
    assert await addresses("http://given:3") == ["http://given:3", "http://q:2"]
