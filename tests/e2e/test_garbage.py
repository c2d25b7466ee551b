"""Garbage put on the log by hand: the others go on, nothing is lost, metrics and logs say what happened."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from tests.e2e.conftest import Clients, Create
from tests.support.stack import Stack
from tests.support.waiting import eventually
from ticket_contracts.topics import EVENTS

pytestmark = pytest.mark.e2e


@pytest.fixture
async def hand(stack: Stack) -> AsyncIterator[AIOKafkaProducer]:
    """Yield a producer that may write anything."""
    async with AIOKafkaProducer(bootstrap_servers=stack.kafka) as producer:
        yield producer


def forged(ticket: str, version: int, event_type: str, data: dict[str, Any]) -> bytes:
    """Return an event that no command service recorded."""
    moment = "2024-05-01T12:00:00Z"
    fields = {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/by-hand", "type": event_type}
    times = {"subject": ticket, "time": moment, "recordedtime": moment, "ticketversion": version}
    return json.dumps(fields | times | {"data": data}).encode()


@pytest.mark.parametrize(
    ("version", "event_type", "data", "fault"),
    [
        (2, "tickets.TicketExploded.v1", {}, "unknown-type"),
        (2, "tickets.TicketCreated.v1", {"customer_id": "x"}, "invalid-event"),
        (1, "tickets.TicketClosed.v1", {}, "conflict"),
        (0, "", {}, "unreadable"),
    ],
)
async def test_a_sick_ticket_is_stale_and_its_neighbours_go_on(
    clients: Clients,
    create: Create,
    hand: AIOKafkaProducer,
    version: int,
    event_type: str,
    data: dict[str, Any],
    fault: str,
) -> None:
    sick, well = (await create()).json()["id"], (await create()).json()["id"]
    parked = await _messages(clients, "parked")
    await hand.send_and_wait(EVENTS.name, forged(sick, version, event_type, data), key=sick.encode())

    assert (await _stale(clients, sick))["reason"].startswith(fault)
    later = await clients.command.post(f"/tickets/{sick}/agent-note", json={"note": "accepted, and waits"})
    token = {"consistency-token": later.headers["consistency-token"]}
    refused = await clients.query.get(f"/tickets/{sick}", headers=token)
    assert (refused.status_code, refused.json()["code"]) == (503, "ticket-parked")
    lenient = await clients.query.get(f"/tickets/{sick}", headers=token | {"prefer": "handling=lenient"})
    assert (lenient.status_code, lenient.headers["consistency"]) == (200, "stale")

    noted = await clients.command.post(f"/tickets/{well}/agent-note", json={"note": "all is well"})
    token = {"consistency-token": noted.headers["consistency-token"]}
    assert (await clients.query.get(f"/tickets/{well}", headers=token)).json()["version"] == 2
    assert await _messages(clients, "parked") > parked


async def test_a_gap_holds_back_only_what_lies_behind_it(
    clients: Clients, create: Create, hand: AIOKafkaProducer
) -> None:
    ticket = (await create()).json()["id"]
    await hand.send_and_wait(EVENTS.name, forged(ticket, 9, "tickets.TicketClosed.v1", {}), key=ticket.encode())
    assert (await _stale(clients, ticket))["reason"].startswith("gap")
    noted = await clients.command.post(f"/tickets/{ticket}/agent-note", json={"note": "version 2, which was missing"})
    token = {"consistency-token": noted.headers["consistency-token"]}

    async def shown() -> bool:
        answer = await clients.query.get(f"/tickets/{ticket}", headers=token)
        return answer.status_code == 200 and answer.headers["consistency"] == "satisfied"

    await eventually(shown, "the next version is folded although a later one waits")
    assert (await _stale(clients, ticket))["reason"].startswith("gap")


async def test_bytes_of_no_ticket_hold_nobody_up(clients: Clients, create: Create, hand: AIOKafkaProducer) -> None:
    before = await _messages(clients, "dead_letter")
    for partition in range(EVENTS.partitions):
        await hand.send_and_wait(EVENTS.name, b"\xff\x00 garbage", key=None, partition=partition)
    made = await create()
    token = {"consistency-token": made.headers["consistency-token"], "prefer": "wait=10"}
    assert (await clients.query.get(made.headers["location"], headers=token)).status_code == 200

    async def counted() -> bool:
        return await _messages(clients, "dead_letter") >= before + EVENTS.partitions

    await eventually(counted, "the dead letters are counted")
    assert (await clients.projector.get("/readyz")).status_code == 200


async def test_what_was_put_on_the_log_by_hand_does_not_stop_a_restarted_relay(
    stack: Stack, clients: Clients, create: Create, hand: AIOKafkaProducer
) -> None:
    nobody = str(uuid.uuid4())
    forgery = forged(nobody, 1, "tickets.TicketClosed.v1", {})
    await hand.send_and_wait(EVENTS.name, forgery, key=nobody.encode())
    await stack.stop("command-service")
    await stack.start("command-service")
    made = await create()
    token = {"consistency-token": made.headers["consistency-token"], "prefer": "wait=10"}
    assert (await clients.query.get(made.headers["location"], headers=token)).status_code == 200
    assert (await clients.command.get("/readyz")).status_code == 200


async def _stale(clients: Clients, ticket: str) -> dict[str, str]:
    async def stale() -> dict[str, str] | None:
        answer = await clients.query.get(f"/tickets/{ticket}")
        return answer.json().get("stale") if answer.status_code == 200 else None

    found = await eventually(stale, "the ticket says that it is stale")
    assert found is not None
    return found


async def _messages(clients: Clients, outcome: str) -> float:
    text = (await clients.projector.get("/metrics")).text
    lines = [line for line in text.splitlines() if line.startswith("tickets_projector_events_total{")]
    return sum(float(line.rpartition(" ")[2]) for line in lines if f'outcome="{outcome}"' in line)
