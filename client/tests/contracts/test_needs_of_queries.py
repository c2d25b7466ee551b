"""What the client needs of the query service's API: that it takes what it asks, and the answers that it reads."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest
from pact import match

from tests.support.pacts.consumer import Check, provider_of
from tests.support.pacts.contract import Contract, HttpNeed, State
from tests.support.pacts.stands import STANDS
from tests.support.pacts.words import A_CHANNEL, A_NUMBER, A_PRIORITY, A_TEXT, A_TIME, AN_OBJECT, TICKET
from ticket_client.consistency import Reading
from ticket_client.models import Ticket
from ticket_client.problems import ProblemError, ReadModelBehind, TicketNotFound, TicketParked
from ticket_client.queries import QueryService
from ticket_client.retry import NO_RETRY

pytestmark = pytest.mark.contract

Call = Callable[[QueryService, str], Awaitable[Any]]

PROBLEM = "application/problem+json"
PRIORITIES = ("low", "normal", "high", "urgent")
CHANNELS = ("web", "email", "phone", "chat", "self_service", "direct", "ivr")
STATUSES = ("open", "triaged", "in_progress", "waiting", "resolved", "closed")

ENTRY = {
    "version": A_NUMBER,
    "type": A_TEXT,
    "occurred_at": A_TIME,
    "recorded_at": A_TIME,
    "visibility": match.regex("public", regex="^(public|internal)$"),
    "data": AN_OBJECT,
}


def ticket_of(name: str) -> str:
    """Return the ticket of an exchange: each has one of its own."""
    return str(uuid5(UUID(TICKET), name))


def item(ticket: str, **other: Any) -> dict[str, Any]:
    """Return a new ticket in a list, but for what is other."""
    return {
        "id": ticket,
        "external_id": None,
        "subject": A_TEXT,
        "preview": A_TEXT,
        "status": "open",
        "waiting_reason": None,
        "priority": A_PRIORITY,
        "channel": A_CHANNEL,
        "group": None,
        "assignee": None,
        "customer_id": A_TEXT,
        "tags": [],
        "has_note": False,
        "note_count": 0,
        "reply_count": 0,
        "reopen_count": 0,
        "version": A_NUMBER,
        "created_at": A_TIME,
        "updated_at": A_TIME,
        "resolved_at": None,
        "closed_at": None,
    } | other


def detail(ticket: str, **other: Any) -> dict[str, Any]:
    """Return a new ticket by id, but for what is other."""
    return item(ticket) | {"message": A_TEXT, "resolution": None, "recent": match.each_like(ENTRY, min=1)} | other


@dataclass(frozen=True)
class Exchange:
    """A call of the client, the need that it stands for, and the problem that it raises if it is refused."""

    need: HttpNeed
    call: Call
    ticket: str
    raises: type[ProblemError] | None = None


def asked(name: str, state: str, path: str, response: Any, call: Call, **more: Any) -> Exchange:
    """Return an exchange about a ticket of its own; `{ticket}` in the path is that."""
    ticket, raises = ticket_of(name), more.pop("raises", None)
    chosen = more.pop("chosen", {})
    need = HttpNeed(
        name=name,
        state=State(state, {"ticket_id": ticket, **chosen}),
        method="GET",
        path=path.replace("{ticket}", ticket),
        status=more.pop("status", 200),
        response=response(ticket) if callable(response) else response,
        **more,
    )
    return Exchange(need, call, ticket, raises)


async def _list(service: QueryService, ticket: str) -> None:
    pages = service.ticket_pages(limit=1, customer_id=ticket)
    page = await anext(pages)
    await pages.aclose()
    assert [one.id for one in page.items] == [ticket]
    assert page.cursor is not None


async def _timeline(service: QueryService, ticket: str) -> None:
    assert [entry.version async for entry in service.timeline(ticket)] == [1]


async def _unchanged(service: QueryService, ticket: str) -> None:
    construct: Any = Ticket.model_construct  # of a ticket read before, its id and ETag are all that counts
    known = construct(id=ticket, etag='"1"')
    assert await service.refresh(known) is known


def _counts(words: tuple[str, ...]) -> dict[str, Any]:
    return dict.fromkeys(words, match.integer(0))


DASHBOARD = {
    "total": A_NUMBER,
    "by_status": _counts(STATUSES),
    "by_priority": _counts(PRIORITIES),
    "by_channel": _counts(CHANNELS),
    "by_group": match.each_like({"group": A_TEXT, "tickets": A_NUMBER, "live": A_NUMBER}, min=1),
    "other": {"tickets": match.integer(0), "live": match.integer(0)},
    "as_of": None,
}
DAY = {"created": A_NUMBER, "resolved": A_NUMBER, "closed": A_NUMBER, "reopened": A_NUMBER}
DAILY = {
    "days": [{"day": "2024-05-01", **DAY}],
    "first_resolution": {word: {"tickets": match.integer(0), "total_seconds": match.number(0)} for word in PRIORITIES},
}
FRESHNESS = {
    "lag_ms": match.number(0),
    "partitions": match.each_like({"partition": match.integer(0), "applied": match.integer(-1)}, min=1),
}


def standing(stand: dict[str, str]) -> Exchange:
    """Return the exchange of a ticket that stands so."""
    closed = {"resolved_at": A_TIME} if stand["status"] == "resolved" else {}
    closed |= {"closed_at": A_TIME} if stand["status"] == "closed" else {}
    return asked(
        f"a ticket: {', '.join(stand.values())}",
        "a ticket stands so",
        "/tickets/{ticket}",
        lambda ticket: detail(ticket, **stand, **closed),
        lambda service, ticket: service.ticket(ticket),
        chosen=stand,
    )


EXCHANGES = (
    *map(standing, STANDS),
    asked(
        "a ticket with its history",
        "a ticket",
        "/tickets/{ticket}",
        detail,
        lambda service, ticket: service.ticket(ticket),
        response_headers={"etag": '"1"'},
    ),
    asked(
        "a ticket that has not changed",
        "a ticket",
        "/tickets/{ticket}",
        None,
        _unchanged,
        status=304,
        request_headers={"if-none-match": '"1"'},
    ),
    asked(
        "a page of a list, with a next one",
        "two tickets of the customer of this name",
        "/tickets",
        lambda ticket: [item(ticket)],
        _list,
        query={"limit": "1", "customer_id": ticket_of("a page of a list, with a next one")},
        response_headers={
            "link": match.regex('</tickets?limit=1&cursor=c>; rel="next"', regex=r'^<.+cursor=.+>; rel="next"$')
        },
    ),
    asked("a history", "a ticket", "/tickets/{ticket}/timeline", [ENTRY], _timeline, query={"limit": "100"}),
    asked("the dashboard", "tickets are counted", "/dashboard", DASHBOARD, lambda service, _: service.dashboard()),
    asked(
        "the days",
        "tickets are counted",
        "/dashboard/daily",
        DAILY,
        lambda service, _: service.daily(date(2024, 5, 1), date(2024, 5, 1)),
        query={"from": "2024-05-01", "to": "2024-05-01"},
    ),
    asked(
        "how far the answers stand behind", "a ticket", "/freshness", FRESHNESS, lambda service, _: service.freshness()
    ),
    asked(
        "no such ticket",
        "nothing about the ticket",
        "/tickets/{ticket}",
        {"code": "ticket-not-found", "detail": A_TEXT},
        lambda service, ticket: service.ticket(ticket),
        status=404,
        content_type=PROBLEM,
        raises=TicketNotFound,
    ),
    asked(
        "a write that is not there yet",
        "nothing about the ticket",
        "/tickets/{ticket}",
        {"code": "read-model-behind", "detail": A_TEXT},
        lambda service, ticket: service.ticket(ticket, Reading(f"{ticket}:1", wait=0)),
        status=503,
        content_type=PROBLEM,
        request_headers={
            "consistency-token": f"{ticket_of('a write that is not there yet')}:1",
            "prefer": "wait=0",
        },
        response_headers={"retry-after": match.regex("1", regex=r"^\d+$")},
        raises=ReadModelBehind,
    ),
    asked(
        "a parked ticket",
        "a ticket is parked",
        "/tickets/{ticket}",
        {"code": "ticket-parked", "detail": A_TEXT},
        lambda service, ticket: service.ticket(ticket, Reading(f"{ticket}:9")),
        status=503,
        content_type=PROBLEM,
        request_headers={"consistency-token": f"{ticket_of('a parked ticket')}:9"},
        raises=TicketParked,
    ),
    asked(
        "a parked ticket, taken as it is",
        "a ticket is parked",
        "/tickets/{ticket}",
        lambda ticket: detail(ticket, stale={"since": A_TIME, "reason": A_TEXT}),
        lambda service, ticket: service.ticket(ticket, Reading(f"{ticket}:9", lenient=True)),
        request_headers={
            "consistency-token": f"{ticket_of('a parked ticket, taken as it is')}:9",
            "prefer": "handling=lenient",
        },
    ),
)

QUERIES: Contract[HttpNeed] = Contract(
    "ticket-client", "query-service", "http", tuple(exchange.need for exchange in EXCHANGES)
)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.need.name)
async def test_the_client_asks_so_and_reads_the_answer(exchange: Exchange) -> None:
    async with provider_of(QUERIES, exchange.need) as url, QueryService(url, retry=NO_RETRY) as service:
        if exchange.raises is None:
            await exchange.call(service, exchange.ticket)
        else:
            with pytest.raises(exchange.raises):
                await exchange.call(service, exchange.ticket)


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(QUERIES)
