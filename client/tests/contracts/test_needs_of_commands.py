"""What the client needs of the command service's API: that it takes what it sends, and the answers that it reads."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import pytest
from pact import match

from tests.support.pacts.consumer import Check, provider_of
from tests.support.pacts.contract import Contract, HttpNeed, State
from tests.support.pacts.words import A_NUMBER, A_TEXT, RFC_3339, TICKET
from tests.support.pacts.words import UUID as A_UUID
from ticket_client.commands import CommandService
from ticket_client.models import Command
from ticket_client.problems import Invalid, ProblemError, TicketClosed, TicketNotFound, VersionMismatch
from ticket_client.retry import NO_RETRY

pytestmark = pytest.mark.contract

Call = Callable[[CommandService, str], Awaitable[Any]]

PROBLEM = "application/problem+json"
TOKEN = rf"^{A_UUID[1:-1]}:\d+$"


def ticket_of(name: str) -> str:
    """Return the ticket of an exchange: each has one of its own, so that none meets what another has done."""
    return str(uuid5(UUID(TICKET), name))


@dataclass(frozen=True)
class Exchange:
    """A call of the client, the need that it stands for, and the problem that it raises if it is refused."""

    need: HttpNeed
    call: Call
    raises: type[ProblemError] | None = None
    ticket: str = field(default="")


def _sent(name: str, more: dict[str, Any] | None = None) -> dict[str, Any]:
    key = match.regex(f"key of {name}".replace(" ", "-"), regex=r"^[\x21-\x7e]{1,200}$")
    return {"idempotency-key": key, **(more or {})}


def accepted(name: str, path: str, body: Any, call: Call, *, status: str = "open", state: str = "a ticket") -> Exchange:
    """Return the exchange of a command on the ticket that is accepted."""
    ticket = ticket_of(name)
    need = HttpNeed(
        name=name,
        state=State(state, {"ticket_id": ticket}),
        method="POST",
        path=f"/tickets/{ticket}/{path}",
        request_headers=_sent(name),
        request=body,
        status=200,
        response_headers={"consistency-token": match.regex(f"{ticket}:2", regex=TOKEN)},
        response={"id": ticket, "version": A_NUMBER, "status": status},
    )
    return Exchange(need, call, ticket=ticket)


def created(name: str, body: dict[str, Any], call: Call) -> Exchange:
    """Return the exchange of a new ticket."""
    need = HttpNeed(
        name=name,
        state=State("nothing"),
        method="POST",
        path="/tickets",
        request_headers=_sent(name),
        request={"customer_id": "c-1", "subject": "s", "message": "m"} | body,
        status=201,
        response_headers={"consistency-token": match.regex(f"{TICKET}:1", regex=TOKEN)},
        response={"id": match.regex(TICKET, regex=A_UUID), "version": 1, "status": "open"},
    )
    return Exchange(need, call)


def refused(
    name: str,
    state: str,
    path: str,
    body: Any,
    refusal: tuple[int, str, type[ProblemError]],
    call: Call,
    **headers: Any,
) -> Exchange:
    """Return the exchange of a command that is refused."""
    ticket, (status, code, raises) = ticket_of(name), refusal
    need = HttpNeed(
        name=name,
        state=State(state, {"ticket_id": ticket}),
        method="POST",
        path=f"/tickets/{ticket}/{path}",
        request_headers=_sent(name, headers),
        request=body,
        status=status,
        response={"code": code, "detail": A_TEXT},
        content_type=PROBLEM,
    )
    return Exchange(need, call, raises, ticket)


def _creation(**chosen: Any) -> Call:
    return lambda service, _: service.create_ticket("c-1", "s", "m", **chosen)


def _moved(*to: Any) -> Call:
    return lambda service, ticket: service.update_status(ticket, *to)


def _priced(priority: Any) -> Call:
    return lambda service, ticket: service.change_priority(ticket, priority)


def _replied(author: Any) -> Call:
    return lambda service, ticket: service.add_reply(ticket, author, "m")


def _batch() -> HttpNeed:
    good, bad = ticket_of("batch, taken"), ticket_of("batch, refused")
    new = {"customer_id": "c-1", "subject": "s", "message": "m"}
    at = match.regex("2016-02-29T01:16:00Z", regex=RFC_3339)
    return HttpNeed(
        name="a batch, of which some is refused",
        state=State("nothing"),
        method="POST",
        path="/commands",
        request={
            "commands": [
                {"type": "CreateTicket", "ticket_id": good, "key": "b-1", "data": new, "occurred_at": at},
                {"type": "CloseTicket", "ticket_id": bad, "key": "b-2", "data": {}},
            ]
        },
        status=200,
        response={
            "outcomes": [
                {"key": "b-1", "ticket_id": good, "version": 1, "status": "open", "token": f"{good}:1"},
                {"key": "b-2", "ticket_id": bad, "problem": {"code": "ticket-not-found", "detail": A_TEXT}},
            ]
        },
    )


async def _send(service: CommandService, _: str) -> None:
    good, bad = ticket_of("batch, taken"), ticket_of("batch, refused")
    new = {"customer_id": "c-1", "subject": "s", "message": "m"}
    taken, problem = await service.send(
        [
            Command("CreateTicket", good, "b-1", new, "2016-02-29T01:16:00Z"),
            Command("CloseTicket", bad, "b-2", {}),
        ]
    )
    assert (taken.version, taken.token, problem.code) == (1, f"{good}:1", "ticket-not-found")


FRESHNESS = HttpNeed(
    name="how far Kafka stands behind the store",
    state=State("nothing"),
    method="GET",
    path="/freshness",
    status=200,
    response={
        "lag_ms": match.number(0),
        "partitions": match.each_like({"partition": match.integer(0), "published": match.integer(-1)}, min=1),
    },
)

DEFAULTS = {"priority": "normal", "channel": "web", "tags": []}
WHOLE: dict[str, Any] = {"priority": "urgent", "channel": "phone", "tags": ["vpn"], "external_id": "INC1"}

EXCHANGES = (
    created("a new ticket", DEFAULTS, _creation()),
    created("a new ticket with everything", WHOLE, _creation(**WHOLE)),
    *(
        created(f"a new ticket by {word}", DEFAULTS | {"channel": word}, _creation(channel=word))
        for word in ("email", "chat", "self_service", "direct", "ivr")
    ),
    *(
        accepted(f"work is {word}", "status", {"status": word}, _moved(word), status=word)
        for word in ("triaged", "in_progress")
    ),
    *(
        accepted(
            f"work waits for {word}",
            "status",
            {"status": "waiting", "waiting_reason": word},
            _moved("waiting", word),
            status="waiting",
        )
        for word in ("user_info", "problem", "vendor", "evidence")
    ),
    accepted(
        "a ticket is assigned",
        "assignment",
        {"group": "network", "assignee": None},
        lambda s, t: s.assign_ticket(t, "network", None),
    ),
    *(
        accepted(f"a ticket is {word}", "priority", {"priority": word}, _priced(word))
        for word in ("low", "normal", "high", "urgent")
    ),
    accepted("a note", "agent-note", {"note": "n", "author": "ann"}, lambda s, t: s.add_agent_note(t, "n", "ann")),
    *(
        accepted(
            f"a reply by the {word}",
            "replies",
            {"author": word, "message": "m"},
            _replied(word),
        )
        for word in ("customer", "agent")
    ),
    accepted("tags", "tags", {"add": ["vpn"], "remove": []}, lambda s, t: s.change_tags(t, add="vpn")),
    accepted(
        "a resolution",
        "resolution",
        {"resolution": "done"},
        lambda s, t: s.resolve_ticket(t, "done"),
        status="resolved",
    ),
    accepted(
        "a reopening",
        "reopening",
        {"reason": "not yet"},
        lambda s, t: s.reopen_ticket(t, "not yet"),
        state="a resolved ticket",
    ),
    accepted("a closure", "closure", {}, lambda s, t: s.close_ticket(t), status="closed"),
    refused(
        "a closed ticket takes nothing",
        "a closed ticket",
        "priority",
        {"priority": "low"},
        (409, "ticket-closed", TicketClosed),
        lambda s, t: s.change_priority(t, "low"),
    ),
    refused(
        "there is no such ticket",
        "nothing about the ticket",
        "closure",
        {},
        (404, "ticket-not-found", TicketNotFound),
        lambda s, t: s.close_ticket(t),
    ),
    refused(
        "a field breaks a rule",
        "a ticket",
        "agent-note",
        {"note": ""},
        (422, "invalid", Invalid),
        lambda s, t: s.add_agent_note(t, ""),
    ),
    refused(
        "the ticket has moved on",
        "a ticket",
        "closure",
        {},
        (412, "version-mismatch", VersionMismatch),
        lambda s, t: s.close_ticket(t, if_match=9),
        **{"if-match": '"9"'},
    ),
    Exchange(_batch(), _send),
    Exchange(FRESHNESS, lambda service, _: service.freshness()),
)

COMMANDS: Contract[HttpNeed] = Contract(
    "ticket-client", "command-service", "http", tuple(exchange.need for exchange in EXCHANGES)
)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.need.name)
async def test_the_client_asks_so_and_reads_the_answer(exchange: Exchange) -> None:
    async with provider_of(COMMANDS, exchange.need) as url, CommandService(url, retry=NO_RETRY) as service:
        if exchange.raises is None:
            await exchange.call(service, exchange.ticket)
        else:
            with pytest.raises(exchange.raises):
                await exchange.call(service, exchange.ticket)


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(COMMANDS)
