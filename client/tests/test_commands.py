from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from client.tests.fake_http import json
from client.tests.scripted import Scripted
from ticket_client.commands import CommandService
from ticket_client.models import Command, Outcome

ID = "0190b0a0-0000-7000-8000-000000000001"
ANSWER = {"id": ID, "version": 2, "status": "open"}
Call = Callable[[CommandService], Awaitable[Any]]


@pytest.mark.parametrize(
    ("call", "path", "body"),
    [
        (
            lambda s: s.create_ticket("c", "s", "m", external_id="e", tags=["t"], customer_contact="c@example.org"),
            "/tickets",
            {
                "customer_id": "c",
                "subject": "s",
                "message": "m",
                "priority": "normal",
                "channel": "web",
                "tags": ["t"],
                "external_id": "e",
                "customer_contact": "c@example.org",
            },
        ),
        (lambda s: s.update_status(ID, "open"), "status", {"status": "open"}),
        (
            lambda s: s.update_status(ID, "waiting", "vendor"),
            "status",
            {"status": "waiting", "waiting_reason": "vendor"},
        ),
        (lambda s: s.assign_ticket(ID, "g", None), "assignment", {"group": "g", "assignee": None}),
        (lambda s: s.change_priority(ID, "high"), "priority", {"priority": "high"}),
        (lambda s: s.add_agent_note(ID, "n"), "agent-note", {"note": "n"}),
        (lambda s: s.add_agent_note(ID, "n", "a"), "agent-note", {"note": "n", "author": "a"}),
        (lambda s: s.add_reply(ID, "agent", "m"), "replies", {"author": "agent", "message": "m"}),
        (lambda s: s.change_tags(ID, ["a"], ["b"]), "tags", {"add": ["a"], "remove": ["b"]}),
        (lambda s: s.change_tags(ID, add="vip", remove="old"), "tags", {"add": ["vip"], "remove": ["old"]}),
        (
            lambda s: s.create_ticket("c", "s", "m", tags="vip"),
            "/tickets",
            {"customer_id": "c", "subject": "s", "message": "m", "priority": "normal", "channel": "web"}
            | {"tags": ["vip"]},
        ),
        (lambda s: s.resolve_ticket(ID), "resolution", {}),
        (lambda s: s.resolve_ticket(ID, "done"), "resolution", {"resolution": "done"}),
        (lambda s: s.reopen_ticket(ID, "again"), "reopening", {"reason": "again"}),
        (lambda s: s.close_ticket(ID), "closure", {}),
    ],
)
async def test_every_command_goes_where_the_api_has_it(call: Call, path: str, body: dict[str, Any]) -> None:
    transport = Scripted([json(ANSWER, headers={"consistency-token": f"{ID}:2"})])
    async with CommandService("http://commands", transport=transport) as service:
        accepted = await call(service)
    request = transport.requests[0]
    assert request.method == "POST"
    assert request.url.path == (path if path.startswith("/") else f"/tickets/{ID}/{path}")
    assert request.headers["content-type"] == "application/json"
    assert json(body).content == request.content
    assert (accepted.id, accepted.version, accepted.status, accepted.token) == (ID, 2, "open", f"{ID}:2")


async def test_keys_are_made_unless_given_and_conditions_are_passed_on() -> None:
    transport = Scripted(json(ANSWER) for _ in range(4))
    async with CommandService("http://commands", transport=transport) as service:
        await service.close_ticket(ID)
        await service.close_ticket(ID, key=None)
        await service.close_ticket(ID, key="mine", if_match='"2", "3"')
        await service.close_ticket(ID, key="", if_match=7)
    first, second, third, empty = transport.headers("idempotency-key")
    assert first
    assert second
    assert first != second
    assert (third, empty) == ("mine", "")  # an empty one is the service's to refuse
    assert transport.headers("if-match") == [None, None, '"2", "3"', '"7"']


async def test_a_batch_gives_an_outcome_for_each_command() -> None:
    outcomes = [
        {"key": "a", "ticket_id": ID, "version": 1, "status": "open", "token": f"{ID}:1"},
        {"key": "b", "ticket_id": ID, "problem": {"code": "ticket-closed", "detail": "Closed"}},
    ]
    transport = Scripted([json({"outcomes": outcomes})])
    async with CommandService("http://commands", transport=transport) as service:
        told = await service.send(
            [Command("CloseTicket", ID, "a", {}), Command("CloseTicket", ID, "b", {}, "2016-01-01T00:00:00Z")]
        )
    assert told == [
        Outcome("a", ID, 1, "open", f"{ID}:1"),
        Outcome("b", ID, code="ticket-closed", detail="Closed"),
    ]
    name = {"type": "CloseTicket", "ticket_id": ID}
    first = name | {"key": "a", "data": {}}
    second = name | {"key": "b", "data": {}, "occurred_at": "2016-01-01T00:00:00Z"}
    assert transport.requests[0].content == json({"commands": [first, second]}).content
