"""The load: the same seed asks for the same, and every answer is written down as what it means."""

import json
import random

import httpx2
import pytest

from tests.chaos.checker.rules import decide
from tests.chaos.history import Accepted, Answer, Command, Json, Refused, Subject, Unknown
from tests.chaos.load.planning import Planner
from tests.chaos.load.reading import Reader
from tests.chaos.load.sending import Sender

TICKET = "00000000-0000-4000-8000-000000000001"


def planner(seed: str) -> Planner:
    return Planner(random.Random(seed), "run", "client")


def test_a_seed_plans_the_same_commands_again() -> None:
    assert planner("1").batch([TICKET], 50) == planner("1").batch([TICKET], 50)
    assert planner("1").batch([TICKET], 50) != planner("2").batch([TICKET], 50)


def test_no_two_commands_have_one_key() -> None:
    commands = planner("1").batch([TICKET], 100)
    assert len({command.key for command in commands}) == 100


def test_the_rules_know_every_command_that_is_planned() -> None:
    view: Json = {
        "status": "open",
        "waiting_reason": None,
        "group": None,
        "assignee": None,
        "priority": "low",
        "tags": [],
    }
    commands = planner("1").batch([TICKET], 300)
    assert {command.type for command in commands} >= {"CreateTicket", "CloseTicket", "ReopenTicket"}
    for command in commands:
        decide(view, command.type, command.data)


def command() -> Command:
    return Command("key", "client", "AddAgentNote", TICKET, {"note": "smells"})


def answering(status: int, body: object, **headers: str) -> httpx2.AsyncClient:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, json=body, headers=headers))
    return httpx2.AsyncClient(base_url="http://service", transport=transport)


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (200, {"id": TICKET, "version": 2, "status": "open"}, Accepted(TICKET, 2, "open")),
        (409, {"code": "ticket-closed"}, Refused(409, "ticket-closed")),
        (409, {"code": "key-in-use"}, Unknown("key-in-use")),
        (409, {"code": "conflict"}, Unknown("conflict")),
        (503, {"code": "unavailable"}, Unknown("unavailable")),
        (500, {}, Refused(500, "unknown")),
    ],
)
async def test_an_answer_means_yes_no_or_nothing(status: int, body: object, answer: Answer) -> None:
    sent = command()
    async with answering(status, body) as http:
        assert await Sender(http).single(sent) == answer
    assert [attempt.answer for attempt in sent.attempts] == [answer]


async def test_a_lost_connection_leaves_every_command_of_the_batch_open() -> None:
    def lost(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("too late", request=request)

    sent = [command(), command()]
    async with httpx2.AsyncClient(base_url="http://service", transport=httpx2.MockTransport(lost)) as http:
        assert await Sender(http).batch(sent) == [Unknown("ReadTimeout")] * 2
    assert [len(each.attempts) for each in sent] == [1, 1]


async def test_a_batch_has_an_answer_for_each_command() -> None:
    outcomes = [
        {"key": "key", "ticket_id": TICKET, "version": 2, "status": "open", "token": f"{TICKET}:2"},
        {"key": "key", "ticket_id": TICKET, "problem": {"status": 404, "code": "ticket-not-found"}},
    ]
    async with answering(200, {"outcomes": outcomes}) as http:
        answers = await Sender(http).batch([command(), command()])
    assert answers == [Accepted(TICKET, 2, "open"), Refused(404, "ticket-not-found")]


async def test_a_read_keeps_what_it_returned_and_what_it_claims() -> None:
    async with answering(200, {"id": TICKET}, consistency="satisfied") as http:
        read = await Reader(http, "client").read(Subject.TICKET, TICKET, {TICKET: 3})
    assert (read.status, read.satisfied, read.documents) == (200, True, ({"id": TICKET},))


async def test_a_dashboard_keeps_the_rows_of_the_tokens_tickets_alone() -> None:
    rows = [{"group": group, "tickets": 1, "live": 1} for group in (None, "everybody", f"{TICKET}/1")]
    async with answering(200, {"by_group": rows}) as http:
        read = await Reader(http, "client").read(Subject.DASHBOARD, "", {TICKET: 3}, lenient=True)
    assert json.dumps(read.documents) == json.dumps([rows[2]])
    assert (read.lenient, read.satisfied) == (True, False)
