"""POST /commands, in process, on the store in memory."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from command_service.adapters.memory import MemoryEventStore, MemoryTextKeys
from command_service.app import create_app
from command_service.bootstrap import assemble
from ticket_chassis.metrics import Metrics
from ticket_contracts.envelope import decode_envelope

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}
ID = str(uuid4())


@pytest.fixture
def store() -> MemoryEventStore:
    return MemoryEventStore()


@pytest.fixture
async def http(store: MemoryEventStore) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(service=assemble(store, MemoryTextKeys(), Metrics("command")))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        yield client


def command(name: str = "CreateTicket", data: object = CREATE, **fields: object) -> dict[str, Any]:
    return {"type": name, "ticket_id": ID, "key": str(uuid4()), "data": data} | fields


async def outcomes(http: httpx2.AsyncClient, *commands: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await http.post("/commands", json={"commands": commands})
    assert answer.status_code == 200
    listed: list[dict[str, Any]] = answer.json()["outcomes"]
    assert [outcome["key"] for outcome in listed] == [each["key"] for each in commands]
    return listed


async def test_outcomes_come_in_the_order_sent(http: httpx2.AsyncClient) -> None:
    found = await outcomes(
        http,
        command(ticket_id=ID.upper()),
        command("CloseTicket", {}),
        command("ReopenTicket", {}),
        command(ticket_id=str(uuid4())),
    )
    assert found[0] == {"key": found[0]["key"], "ticket_id": ID, "version": 1, "status": "open", "token": f"{ID}:1"}
    assert (found[1]["version"], found[1]["status"]) == (2, "closed")
    assert found[2]["problem"]["code"] == "ticket-closed"
    assert found[2]["problem"]["status"] == 409
    assert found[3]["version"] == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"data": {"subject": "s"}}, "/commands/0/data/customer_id"),
        ({"data": None}, "/commands/0/data"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "/commands/0/occurred_at"),
        ({"occurred_at": "yesterday"}, "/commands/0/occurred_at"),
        ({"occurred_at": "2016-02-30T00:00:00Z"}, "/commands/0/occurred_at"),
        ({"occurred_at": "2016-02-29T00:00:00"}, "/commands/0/occurred_at"),
        ({"occurred_at": 7}, "/commands/0/occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "/commands/0/occurred_at"),
        ({"surprise": 1}, "/commands/0/surprise"),
    ],
)
async def test_wrong_data_are_that_commands_problem(
    http: httpx2.AsyncClient, wrong: dict[str, Any], pointer: str
) -> None:
    other = command(ticket_id=str(uuid4()))
    found = await outcomes(http, command(**wrong), other)
    assert found[0]["problem"]["code"] == "invalid"
    assert pointer in [error["pointer"] for error in found[0]["problem"]["errors"]]
    assert found[1]["version"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"commands": []},
        {"commands": {}},
        {"commands": ["text"]},
        {"commands": [command()], "more": 1},
        {"commands": [command("DeleteTicket")]},
        {"commands": [{key: value for key, value in command().items() if key != "key"}]},
        {"commands": [command(key="")]},
        {"commands": [command(key="a b")]},
        {"commands": [command(ticket_id="nonsense")]},
        {"commands": [command(ticket_id=None)]},
    ],
)
async def test_a_bad_list_is_refused_as_a_whole(
    http: httpx2.AsyncClient, store: MemoryEventStore, body: object
) -> None:
    answer = await http.post("/commands", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert not store.events


@pytest.mark.parametrize(
    ("commands", "pointers"),
    [
        ([], ["/commands"]),
        (["text"], ["/commands/0"]),
        ([command("DeleteTicket"), command(key="a b")], ["/commands/0/type", "/commands/1/key"]),
    ],
)
async def test_only_what_is_wrong_with_a_list_is_told(
    http: httpx2.AsyncClient, commands: list[Any], pointers: list[str]
) -> None:
    answer = await http.post("/commands", json={"commands": commands})
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_500_commands_and_no_more(http: httpx2.AsyncClient) -> None:
    many = [command(ticket_id=str(uuid4())) for _ in range(501)]
    assert (await http.post("/commands", json={"commands": many})).status_code == 413
    assert len(await outcomes(http, *many[:500])) == 500


async def test_the_time_given_is_the_time_it_occurred(http: httpx2.AsyncClient, store: MemoryEventStore) -> None:
    await outcomes(http, command(occurred_at="2016-02-29T03:16:00.1239+02:00"))
    (event,) = store.events.values()
    assert b'"time":"2016-02-29T01:16:00.123Z"' in decode_envelope(event.envelope.encode()).encode()


async def test_header_and_batch_keys_are_one_space(http: httpx2.AsyncClient) -> None:
    await http.post("/tickets", json=CREATE, headers={"Idempotency-Key": "k"})
    found = await outcomes(http, command(key="k"))
    assert found[0]["problem"]["code"] == "key-reused"


async def test_a_database_that_is_away_is_503_of_the_whole(http: httpx2.AsyncClient, store: MemoryEventStore) -> None:
    store.away = True
    answer = await http.post("/commands", json={"commands": [command()]})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"]
