from datetime import UTC, date, datetime

import httpx2
import pytest

from client.tests.fake_http import json, problem
from client.tests.scripted import Scripted
from ticket_client.consistency import Reading
from ticket_client.errors import UnexpectedAnswerError
from ticket_client.filters import TicketFilters
from ticket_client.problems import ProblemError
from ticket_client.queries import QueryService

TICKET = {
    "id": "t1",
    "subject": "s",
    "preview": "m",
    "message": "m",
    "status": "open",
    "priority": "normal",
    "channel": "web",
    "customer_id": "c",
    "version": 1,
    "created_at": "2016-02-29T01:16:00Z",
    "updated_at": "2016-02-29T01:16:00Z",
    "added_later": True,
}
ENTRY = {
    "version": 1,
    "type": "TicketCreated",
    "occurred_at": "2016-02-29T01:16:00Z",
    "recorded_at": "2026-01-01T00:00:00.123Z",
    "visibility": "public",
    "data": {},
}


def service(*script: httpx2.Response) -> tuple[QueryService, Scripted]:
    transport = Scripted(script)
    return QueryService("http://queries", transport=transport), transport


async def test_a_list_is_followed_to_its_end() -> None:
    link = {"link": '</tickets?status=open&limit=100&cursor=c%2F1>; rel="next"'}
    queries, transport = service(json([TICKET], headers=link), json([TICKET | {"id": "t2"}]))
    reading = Reading(tokens=["t1:1", "t2:1"], wait=5, lenient=True)
    assert [one.id async for one in queries.tickets(reading, status=["open", "waiting"])] == ["t1", "t2"]
    first, second = transport.requests
    assert dict(first.url.params.multi_items()) == {"limit": "100", "status": "waiting"}
    assert first.url.params.get_list("status") == ["open", "waiting"]
    assert str(second.url) == "http://queries/tickets?status=open&limit=100&cursor=c%2F1"
    assert transport.headers("consistency-token") == ["t1:1,t2:1"] * 2
    assert transport.headers("prefer") == ["wait=5, handling=lenient"] * 2


@pytest.mark.parametrize("name", ["stauts", "limit", "cursor"])
async def test_a_filter_that_there_is_not_is_no_filter(name: str) -> None:
    queries, transport = service()
    with pytest.raises(TypeError, match=name):
        await anext(queries.tickets(**{name: "open"}))  # type: ignore[arg-type]
    assert transport.requests == []


async def test_every_filter_is_a_parameter() -> None:
    queries, transport = service(json([]))
    moment = datetime(2016, 2, 29, 1, 16, tzinfo=UTC)
    filters: TicketFilters = {
        "status": ["open", "waiting"],
        "priority": "high",
        "channel": ["web"],
        "tag": ["a.b", "$x"],
        "group": "56",
        "assignee": "bob",
        "customer_id": "c&d",
        "external_id": "1",
        "has_note": True,
        "awaiting": "us",
        "created_since": moment,
        "created_before": "2016-03-01T00:00:00+01:00",
        "updated_since": moment,
        "updated_before": moment,
        "sort": "-created_at",
        "q": "paper jam",
    }
    assert set(filters) == set(TicketFilters.__annotations__)
    assert [one async for one in queries.tickets(skip=40, **filters)] == []
    assert transport.requests[0].url.params.multi_items() == [
        ("limit", "100"),
        ("skip", "40"),
        ("status", "open"),
        ("status", "waiting"),
        ("priority", "high"),
        ("channel", "web"),
        ("tag", "a.b"),
        ("tag", "$x"),
        ("group", "56"),
        ("assignee", "bob"),
        ("customer_id", "c&d"),
        ("external_id", "1"),
        ("has_note", "true"),
        ("awaiting", "us"),
        ("created_since", "2016-02-29T01:16:00+00:00"),
        ("created_before", "2016-03-01T00:00:00+01:00"),
        ("updated_since", "2016-02-29T01:16:00+00:00"),
        ("updated_before", "2016-02-29T01:16:00+00:00"),
        ("sort", "-created_at"),
        ("q", "paper jam"),
    ]


async def test_pages_tell_where_the_next_begins() -> None:
    link = {"link": '</tickets?limit=1&cursor=c%2F1>; rel="next"'}
    queries, transport = service(json([TICKET], headers=link), json([TICKET]))
    first = await anext(queries.ticket_pages(limit=1, group="56"))
    assert ([one.id for one in first.items], first.cursor) == (["t1"], "c/1")
    (second,) = [page async for page in queries.ticket_pages(limit=1, cursor=first.cursor, group="56")]
    assert second.cursor is None
    assert dict(transport.requests[1].url.params) == {"limit": "1", "cursor": "c/1", "group": "56"}


async def test_a_ticket_that_has_not_changed_is_not_sent_again() -> None:
    queries, transport = service(
        json(TICKET, headers={"etag": '"1-f2"'}), httpx2.Response(304), json(TICKET | {"version": 2}), json(TICKET)
    )
    ticket = await queries.ticket("t1")
    assert await queries.refresh(ticket) is ticket
    changed = await queries.refresh(ticket)
    assert (changed.version, changed.etag) == (2, None)
    await queries.refresh(changed)
    assert transport.headers("if-none-match") == [None, '"1-f2"', '"1-f2"', None]
    assert "etag" not in ticket.model_dump()


async def test_a_timeline_is_followed_to_its_end() -> None:
    link = {"link": '</tickets/t1/timeline?cursor=x>; rel="next"'}
    queries, transport = service(json([ENTRY], headers=link), json([ENTRY | {"version": 2}]))
    assert [one.version async for one in queries.timeline("t1")] == [1, 2]
    assert transport.requests[1].url.query == b"cursor=x"
    assert transport.headers("prefer") == transport.headers("consistency-token") == [None, None]


async def test_one_ticket() -> None:
    queries, transport = service(
        json(TICKET | {"recent": [ENTRY]}), problem(404, "ticket-not-found", "Ticket not found")
    )
    ticket = await queries.ticket("t1")
    assert (ticket.id, ticket.message, ticket.recent[0].type) == ("t1", "m", "TicketCreated")
    assert transport.requests[0].url.path == "/tickets/t1"
    with pytest.raises(ProblemError, match="ticket-not-found"):
        await queries.ticket("t2")


async def test_counts_and_days() -> None:
    dashboard = {
        "total": 1,
        "by_status": {"open": 1},
        "by_priority": {},
        "by_channel": {},
        "by_group": [{"group": None, "tickets": 1, "live": 1}],
        "as_of": None,
        "other": {"tickets": 0, "live": 0},
    }
    days = [{"day": "2016-02-29", "created": 1, "resolved": 0, "closed": 0, "reopened": 0}]
    first = {"urgent": {"tickets": 1, "total_seconds": 60}}
    queries, transport = service(json(dashboard), json({"days": days, "first_resolution": first}))
    assert (await queries.dashboard()).by_group[0].group is None
    daily = await queries.daily(date(2016, 2, 29), date(2016, 3, 1))
    assert (daily.days[0].created, daily.first_resolution["urgent"].total_seconds) == (1, 60)
    assert dict(transport.requests[1].url.params) == {"from": "2016-02-29", "to": "2016-03-01"}


async def test_the_export_is_read_line_by_line() -> None:
    line = json(TICKET).content + b"\n"
    queries, transport = service(httpx2.Response(200, content=line * 2))
    exported = [one.id async for one in queries.export(updated_since="2016-03-01T00:00:00Z")]
    assert exported == ["t1", "t1"]
    assert transport.requests[0].url.params["updated_since"] == "2016-03-01T00:00:00Z"


async def test_an_export_that_is_none_is_said_to_be_none() -> None:
    queries, _ = service(httpx2.Response(200, content=b"<html>\n"))
    with pytest.raises(UnexpectedAnswerError, match="http://queries does not export"):
        await anext(queries.export())


async def test_freshness() -> None:
    position = {"partition": 3, "applied": 4, "published": 5, "lag_ms": 12}
    queries, _ = service(json({"lag_ms": 12, "partitions": [position]}))
    assert (await queries.freshness()).partitions[0].applied == 4
