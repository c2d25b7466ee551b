"""The baseline answers as the three services do; the ceiling answers bytes; the floor passes an event on."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.load.baseline import app as baseline
from tests.load.baseline import ceiling
from tests.load.baseline.floor import bare_chain

TICKET = {"customer_id": "c-1", "subject": "Printer", "message": "It  is\non fire", "priority": "high"}


@pytest.fixture
async def http(mongo_uri: str, mongo_database: str) -> AsyncIterator[httpx2.AsyncClient]:
    """Yield a client of a baseline with an empty database."""
    app = baseline.create_app(mongo_uri, mongo_database)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://baseline") as client,
    ):
        yield client


async def _create(http: httpx2.AsyncClient, **fields: object) -> str:
    answer = await http.post("/tickets", json=TICKET | fields)
    assert answer.status_code == 201
    ticket_id: str = answer.json()["id"]
    return ticket_id


@pytest.mark.stack
async def test_a_write_is_read_at_once_with_its_history(http: httpx2.AsyncClient) -> None:
    ticket_id = await _create(http)
    answer = await http.post(f"/tickets/{ticket_id}/replies", json={"author": "agent", "message": "Out now"})
    assert answer.json() == {"id": ticket_id, "version": 2, "status": "open"}
    ticket = (await http.get(f"/tickets/{ticket_id}")).json()
    assert (ticket["version"], ticket["reply_count"], ticket["preview"]) == (2, 1, "It is on fire")
    assert [entry["type"] for entry in ticket["recent"]] == ["TicketCreated", "ReplyAdded"]
    assert (await http.get("/tickets/none")).status_code == 404
    assert (await http.post("/tickets", json=TICKET | {"colour": "red"})).status_code == 422


@pytest.mark.stack
async def test_lists_filter_sort_and_page_by_offset(http: httpx2.AsyncClient) -> None:
    made = [await _create(http, customer_id=f"c-{number % 2}") for number in range(6)]
    page = (await http.get("/tickets", params={"customer_id": "c-1", "limit": 2, "skip": 1})).json()
    assert [ticket["id"] for ticket in page] == [made[3], made[1]]
    oldest = (await http.get("/tickets", params={"sort": "created_at", "limit": 1})).json()
    assert [ticket["id"] for ticket in oldest] == made[:1]
    before = (await http.get("/tickets", params={"updated_before": oldest[0]["updated_at"]})).json()
    assert before == []


@pytest.mark.stack
async def test_the_dashboard_is_grouped_when_asked(http: httpx2.AsyncClient) -> None:
    for priority in ("high", "high", "low"):
        await _create(http, priority=priority)
    board = (await http.get("/dashboard")).json()
    assert (board["total"], board["by_status"], board["by_priority"]) == (3, {"open": 3}, {"high": 2, "low": 1})
    assert board["by_group"] == [{"group": None, "tickets": 3, "live": 3}]


async def test_the_ceiling_answers_its_bytes_and_304() -> None:
    transport = httpx2.ASGITransport(ceiling.create_app(b'["prepared"]'))
    async with httpx2.AsyncClient(transport=transport, base_url="http://ceiling") as http:
        answer = await http.get("/tickets", params={"status": "open"})
        assert (answer.status_code, answer.json()) == (200, ["prepared"])
        again = await http.get("/tickets/1", headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.stack
async def test_the_floor_passes_one_event_after_the_other(kafka_bootstrap: str, mongo_uri: str) -> None:
    async with bare_chain(kafka_bootstrap, mongo_uri, mongo_uri, mongo_uri) as chain:
        taken = [await chain.pass_one() for _ in range(3)]
    assert all(0 < seconds < 5 for seconds in taken)
