"""The walking skeleton: commands through all three services to the reads that must include them."""

import pytest

from tests.e2e.conftest import Clients, Create

pytestmark = pytest.mark.e2e


async def test_a_ticket_written_is_a_ticket_read(clients: Clients, create: Create) -> None:
    made = await create(priority="urgent")
    ticket = made.json()["id"]
    assert (made.json()["version"], made.json()["status"]) == (1, "open")
    noted = await clients.command.post(f"/tickets/{ticket}/agent-note", json={"note": "smells of toner"})
    token = {"consistency-token": noted.headers["consistency-token"]}

    read = await clients.query.get(made.headers["location"], headers=token)
    assert read.headers["consistency"] == "satisfied"
    assert (read.json()["version"], read.json()["has_note"], read.json()["message"]) == (2, True, "It is on fire")
    listed = await clients.query.get("/tickets", params={"customer_id": "e2e", "limit": 100}, headers=token)
    assert ticket in [item["id"] for item in listed.json()]
    history = await clients.query.get(f"/tickets/{ticket}/timeline", headers=token)
    assert [entry["type"] for entry in history.json()] == ["TicketCreated", "AgentNoteAdded"]


async def test_the_dashboard_counts_what_the_token_names(clients: Clients, create: Create) -> None:
    before = (await clients.query.get("/dashboard", headers={"consistency-token": await _token(create)})).json()
    made = await create(channel="ivr")
    token = {"consistency-token": made.headers["consistency-token"]}
    after = (await clients.query.get("/dashboard", headers=token)).json()
    assert after["total"] == before["total"] + 1
    assert after["by_channel"]["ivr"] == before["by_channel"]["ivr"] + 1


async def test_closed_means_closed(clients: Clients, create: Create) -> None:
    ticket = (await create()).json()["id"]
    assert (await clients.command.post(f"/tickets/{ticket}/closure")).status_code == 200
    refused = await clients.command.post(f"/tickets/{ticket}/reopening", json={})
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert (refused.json()["code"], refused.json()["detail"]) == ("ticket-closed", "Closed tickets cannot be reopened")


async def test_the_same_key_is_the_same_ticket(clients: Clients) -> None:
    body = {"customer_id": "e2e", "subject": "Twice", "message": "but once"}
    key = {"idempotency-key": "e2e-the-same-key"}
    first, second = [await clients.command.post("/tickets", json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    reused = await clients.command.post("/tickets", json=body | {"subject": "Else"}, headers=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "key-reused")


async def test_all_services_tell_their_health(clients: Clients) -> None:
    for client in clients:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        assert "# TYPE" in (await client.get("/metrics")).text


async def _token(create: Create) -> str:
    return str((await create()).headers["consistency-token"])
