"""The HTTP surface in process, on the read model in memory."""

import asyncio
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import pytest

from query_service.arrivals import Arrivals
from query_service.domain.cursors import encode
from query_service.http.schemas import Daily, Dashboard, ExportedTicket, TicketDetail, TicketItem
from query_service.sightings import Sightings
from ticket_contracts.partitioning import partition_of
from ticket_contracts.views import ErasedTicket, ParkedBeforeBirth, Stale

NOW = datetime(2016, 3, 1, tzinfo=UTC)
ONE, TWO, THREE = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
STALE = Stale(since=NOW, reason="a gap")
NO_WAIT = {"Prefer": "wait=0"}


async def seats_taken(arrivals: Arrivals, count: int) -> None:
    async with asyncio.timeout(10):
        while arrivals.waiting < count:  # noqa: ASYNC110 - a count of other requests, nothing that signals
            await asyncio.sleep(0)


def problem(response: Any) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


async def test_bodies_are_what_the_documentation_says(client: Any, in_memory: Any, a_view: Any, an_entry: Any) -> None:
    view = a_view(ONE, 2, stale=STALE, recent=(an_entry(ONE, 1), an_entry(ONE, 2)), resolution="unplugged")
    await in_memory.writer.write_views([view, a_view(TWO)])
    for body in (await client.get("/tickets")).json():
        assert set(TicketItem.model_fields) - body.keys() <= {"stale"}
        assert TicketItem.model_validate(body, strict=False, extra="forbid")
    detail = await client.get(f"/tickets/{ONE.upper()}")
    assert TicketDetail.model_validate_json(detail.content, extra="forbid").resolution == "unplugged"
    assert set(detail.json()["recent"][0]) == {"version", "type", "occurred_at", "recorded_at", "visibility", "data"}
    for line in (await client.get("/export/tickets.ndjson")).text.splitlines():
        assert ExportedTicket.model_validate_json(line, extra="forbid")
    assert Dashboard.model_validate_json((await client.get("/dashboard")).content, extra="forbid")
    daily = await client.get("/dashboard/daily", params={"from": "2016-01-01", "to": "2016-01-03"})
    assert len(Daily.model_validate_json(daily.content, extra="forbid").days) == 3


async def test_every_read_says_how_old_it_is_and_what_varies_it(client: Any) -> None:
    for path in ("/tickets", "/dashboard", "/freshness", "/export/tickets.ndjson", f"/tickets/{ONE}"):
        headers = (await client.get(path)).headers
        assert headers["Projection-Lag-Ms"] == "7"
        assert headers["Vary"] == "Prefer, Consistency-Token, Accept-Encoding"
        assert headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("ticket_id", [ONE, "x", "%00", "../secret", ONE + "0"])
@pytest.mark.parametrize("suffix", ["", "/timeline"])
async def test_no_such_ticket(client: Any, ticket_id: str, suffix: str) -> None:
    response = await client.get(f"/tickets/{ticket_id.replace('/', '%2F')}{suffix}")
    assert response.status_code == 404
    assert response.json()["detail"] in ("Ticket not found", "No such page")


@pytest.mark.parametrize(
    "query",
    [
        "?colour=red", "?limit=0", "?limit=101", "?limit=x", "?sort=subject", "?status=done", "?has_note=yes",
        "?group=", "?cursor=abc", "?cursor=W10", "?skip=10001", "?skip=1&cursor=W10", "?created_since=yesterday",
        "?q=", "?q=...", "?q=" + "x" * 201, "?q=1+2+3+4+5+6+7+8+9", "?q=a&sort=created_at", "?q=a&cursor=W10",
        "?q=a&q=b",
        "?created_since=2016-01-01", "?updated_before=0001-01-01T00:00:00%2B10:00",
    ],
)  # fmt: skip
async def test_bad_list_parameters(client: Any, query: str) -> None:
    assert problem(await client.get("/tickets" + query)) == (400, "bad-parameter")


@pytest.mark.parametrize(
    "query",
    ["", "?from=2016-01-01", "?from=2016-02-01&to=2016-01-01", "?from=2014-01-01&to=2016-01-02", "?from=20160101&to=2"],
)
async def test_bad_daily_parameters(client: Any, query: str) -> None:
    assert problem(await client.get("/dashboard/daily" + query)) == (400, "bad-parameter")


async def test_unknown_parameters_are_refused_everywhere(client: Any) -> None:
    paths = (f"/tickets/{ONE}", f"/tickets/{ONE}/timeline", "/dashboard", "/freshness", "/export/tickets.ndjson")
    for path in paths:
        assert problem(await client.get(path + "?colour=red")) == (400, "bad-parameter")


async def test_a_list_is_read_through_by_its_links(client: Any, in_memory: Any, a_view: Any) -> None:
    views = [
        a_view(str(uuid.UUID(int=n)), group="a&b=c", updated_at=NOW + timedelta(seconds=n % 3)) for n in range(1, 26)
    ]
    await in_memory.writer.write_views([*views, a_view(str(uuid.UUID(int=99)), group="other")])
    seen, target = [], "/tickets?group=a%26b%3Dc&limit=10"
    while target:
        response = await client.get(target)
        seen += [ticket["id"] for ticket in response.json()]
        target = response.links.get("next", {}).get("url")
    expected = sorted(views, key=lambda view: (-view.updated_at.timestamp(), view.id))
    assert seen == [view.id for view in expected]


async def test_a_search_is_read_through_by_its_links(client: Any, in_memory: Any, a_view: Any) -> None:
    views = [a_view(str(uuid.UUID(int=n)), created_at=NOW + timedelta(seconds=n)) for n in range(1, 26)]
    await in_memory.writer.write_views([*views, a_view(str(uuid.UUID(int=99)), subject="Lamp", message="dark")])
    seen, target = [], "/tickets?q=printer+fire&status=open&limit=10"
    while target:
        response = await client.get(target)
        assert response.headers["Search-Coverage"] == "complete"
        seen += [ticket["id"] for ticket in response.json()]
        target = response.links.get("next", {}).get("url")
    assert seen == [view.id for view in reversed(views)]


async def test_a_cursor_of_a_search_is_good_for_its_words_only(client: Any, in_memory: Any, a_view: Any) -> None:
    await in_memory.writer.write_views([a_view(str(uuid.UUID(int=n))) for n in range(1, 4)])
    cursor = (await client.get("/tickets?q=printer&limit=1")).links["next"]["url"].rpartition("=")[2]
    assert (await client.get(f"/tickets?q=PRINTER&cursor={cursor}")).status_code == 200
    for other in (f"q=fire&cursor={cursor}", f"cursor={cursor}"):
        assert problem(await client.get(f"/tickets?{other}")) == (400, "bad-parameter")


@pytest.mark.parametrize(
    "place",
    [
        ["scan", 0, [0, 0], 4, None, 0], ["scan", 0, [1, 0], 0, None, 0], ["scan", 0, [0, 1], 0, None, 0],
        ["scan", 0, [0, 0], -1, None, 0], ["scan", 0, [0, 0], 0, 2**63, 0], ["scan", 0, [0, 0], 0, None, 10_001],
        ["scan", 0, [0, 0], 0, None, True], ["scan", 0, [0, 0], 0, False, 0], ["scan", 0, [0, False], 0, None, 0],
        ["scan", 0, [0, 0], False, None, 0], ["ranked", 0, True, False, 0, ONE], ["ranked", 0, 0, False, True, ONE],
        ["ranked", 0, 0, False, 0, "x"], ["ranked", 0, 0, 0, 0, ONE], ["ranked", 0, "0", False, 0, ONE],
    ],
    ids=str,
)  # fmt: skip
async def test_made_up_cursors_of_a_search_are_refused(client: Any, place: list[Any]) -> None:
    place[1] = crc32(b"printer")
    assert problem(await client.get(f"/tickets?q=printer&cursor={encode(place)}")) == (400, "bad-parameter")


async def test_a_timeline_is_read_through_by_its_links(client: Any, in_memory: Any, a_view: Any, an_entry: Any) -> None:
    await in_memory.writer.write_timeline([an_entry(ONE, version) for version in range(1, 26)])
    await in_memory.writer.write_views([a_view(ONE, 25)])
    seen, target = [], f"/tickets/{ONE}/timeline"
    while target:
        response = await client.get(target)
        seen += [entry["version"] for entry in response.json()]
        target = response.links.get("next", {}).get("url")
    assert seen == list(range(1, 26))


async def test_a_known_version_is_not_sent_again(client: Any, in_memory: Any, a_view: Any) -> None:
    await in_memory.writer.write_views([a_view(ONE, 3), a_view(TWO, 1, stale=STALE)])
    first = await client.get(f"/tickets/{ONE}")
    assert first.headers["ETag"] == '"3"'
    again = await client.get(f"/tickets/{ONE}", headers={"If-None-Match": '"1", W/"3"'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", '"3"')
    assert (await client.get(f"/tickets/{TWO}")).headers["ETag"] == '"1-stale"'
    tag = (await client.get("/tickets")).headers["ETag"]
    assert (await client.get("/tickets", headers={"If-None-Match": tag})).status_code == 304
    await in_memory.writer.write_views([a_view(ONE, 4)])
    assert (await client.get("/tickets", headers={"If-None-Match": tag})).status_code == 200


@pytest.mark.parametrize("token", ["", "x", f"{ONE}", f"{ONE}:0", f"{ONE}:1,,", ",".join([f"{ONE}:1"] * 51)])
async def test_malformed_tokens(client: Any, token: str) -> None:
    assert problem(await client.get("/tickets", headers={"Consistency-Token": token})) == (400, "bad-header")


PATHS = [
    "/tickets",
    f"/tickets/{ONE}",
    f"/tickets/{ONE}/timeline",
    "/export/tickets.ndjson",
    "/dashboard",
    "/freshness",
]


async def store(in_memory: Any, a_view: Any, an_entry: Any, a_count: Any, version: int, **fields: Any) -> None:
    partition = partition_of(ONE)
    await in_memory.writer.write_timeline([an_entry(ONE, version)])
    await in_memory.writer.write_views([a_view(ONE, version, offset=100 + version, **fields)])
    await in_memory.writer.write_counters([a_count(partition, 100 + version)])


@pytest.mark.parametrize("path", PATHS)
async def test_the_token_table(
    client: Any, in_memory: Any, a_view: Any, an_entry: Any, a_count: Any, path: str
) -> None:
    await store(in_memory, a_view, an_entry, a_count, 2)

    async def get(token: str, prefer: str) -> Any:
        return await client.get(path, headers={"Consistency-Token": token, "Prefer": prefer})

    satisfied = await get(f"{ONE.upper()}:2", "wait=99, foo")
    assert (satisfied.status_code, satisfied.headers["Consistency"]) == (200, "satisfied")
    assert satisfied.headers["Preference-Applied"] == "wait=10"

    behind = await get(f"{ONE}:3", "wait=0")
    assert problem(behind) == (503, "read-model-behind")
    assert behind.headers["Retry-After"]

    lenient = await get(f"{ONE}:3", "handling=lenient; x=y, wait=0")
    assert (lenient.status_code, lenient.headers["Consistency"]) == (200, "stale")
    assert lenient.headers["Preference-Applied"] == "wait=0, handling=lenient"

    await in_memory.writer.write_views([a_view(ONE, 2, offset=110, stale=STALE)])
    started = asyncio.get_running_loop().time()
    assert problem(await get(f"{ONE}:3", "wait=10")) == (503, "ticket-parked")
    assert (await get(f"{ONE}:3", "wait=10, handling=lenient")).headers["Consistency"] == "stale"
    assert asyncio.get_running_loop().time() - started < 5

    await in_memory.writer.write_views(
        [ErasedTicket(id=ONE, version=3, partition=partition_of(ONE), offset=120, erased_at=NOW)]
    )
    erased = await get(f"{ONE}:9", "wait=0")
    assert (erased.status_code, erased.headers.get("Consistency")) in [(200, "satisfied"), (404, "satisfied")]


async def test_a_ticket_parked_before_birth(client: Any, in_memory: Any) -> None:
    await in_memory.writer.write_views([ParkedBeforeBirth(id=ONE, partition=2, offset=7, stale=STALE)])
    assert problem(await client.get(f"/tickets/{ONE}")) == (404, "ticket-not-found")
    token = {"Consistency-Token": f"{ONE}:1"}
    assert problem(await client.get(f"/tickets/{ONE}", headers=token)) == (503, "ticket-parked")


async def test_the_dashboard_waits_for_the_counters_behind_the_view(
    client: Any, in_memory: Any, arrivals: Arrivals, a_view: Any, a_count: Any
) -> None:
    partition = partition_of(ONE)
    token = {"Consistency-Token": f"{ONE}:1"}
    await in_memory.writer.write_views([a_view(ONE, 1, offset=5)])
    await in_memory.writer.write_counters([a_count(partition, 4)])
    assert problem(await client.get("/dashboard", headers=token | NO_WAIT)) == (503, "read-model-behind")
    waiting = asyncio.create_task(client.get("/dashboard", headers=token | {"Prefer": "wait=10"}))
    await seats_taken(arrivals, 1)
    await in_memory.writer.write_counters([a_count(partition, 5, total=1)])
    arrivals.announce([partition])
    assert (await waiting).json()["total"] == 1


async def test_a_waiting_read_is_woken_by_ingest_long_before_it_would_look_again(
    client: Any, in_memory: Any, arrivals: Arrivals, a_view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query_service.queries.await_token.OTHERS_POLL", 60)
    waiting = asyncio.create_task(
        client.get(f"/tickets/{ONE}", headers={"Consistency-Token": f"{ONE}:1", "Prefer": "wait=10"})
    )
    await seats_taken(arrivals, 1)
    await in_memory.writer.write_views([a_view(ONE, 1)])
    arrivals.announce([TWO])
    arrivals.announce([ONE])
    assert (await waiting).json()["version"] == 1


@pytest.mark.parametrize("path", ["/tickets", f"/tickets/{ONE}/timeline", "/dashboard"])
async def test_what_this_process_stored_lately_is_not_looked_up_again(
    client: Any, sightings: Sightings, in_memory: Any, a_view: Any, an_entry: Any, a_count: Any, path: str
) -> None:
    # In the sightings and not in the store: only a read that believes them is satisfied.
    sightings.note_views([a_view(ONE, 7, offset=9)])
    sightings.note_entries([an_entry(ONE, 7)])
    sightings.note_counters([a_count(partition_of(ONE), 9)])
    await in_memory.writer.write_views([a_view(ONE, 1)])
    headers = NO_WAIT | {"Consistency-Token": f"{ONE}:7"}
    assert (await client.get(path, headers=headers)).headers["Consistency"] == "satisfied"
    sightings.clear()
    assert problem(await client.get(path, headers=headers)) == (503, "read-model-behind")


async def test_what_another_process_ingests_is_seen_by_looking(
    client: Any, in_memory: Any, arrivals: Arrivals, a_view: Any
) -> None:
    waiting = asyncio.create_task(
        client.get("/tickets", headers={"Consistency-Token": f"{ONE}:1", "Prefer": "wait=10"})
    )
    await seats_taken(arrivals, 1)
    await in_memory.writer.write_views([a_view(ONE, 1)])
    assert [ticket["id"] for ticket in (await waiting).json()] == [ONE]


async def test_no_more_requests_wait_than_there_are_seats(client: Any, arrivals: Arrivals) -> None:
    headers = {"Consistency-Token": f"{ONE}:1", "Prefer": "wait=10"}
    waiting = [asyncio.create_task(client.get("/tickets", headers=headers)) for _ in range(2)]
    await seats_taken(arrivals, 2)
    assert problem(await client.get("/tickets", headers=headers)) == (503, "overloaded")
    assert (await client.get("/tickets")).status_code == 200
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert arrivals.waiting == 0


async def test_the_dashboard_adds_up_all_partitions(client: Any, in_memory: Any, a_count: Any) -> None:
    groups: list[Any] = [({"key": "b", "tickets": 2, "live": 1}, {"key": None, "tickets": 3, "live": 0})]
    groups += [({"key": "a", "tickets": 1, "live": 1}, {"key": "b", "tickets": 1, "live": 0})]
    day = {"day": "2016-03-01", "created": 2, "resolved": 1}
    first = {"priority": "urgent", "tickets": 1, "total_ms": 1500}
    await in_memory.writer.write_counters(
        a_count(p, 9, total=3, by_status={"open": 2}, by_group=groups[p], daily=(day,), first_resolution=(first,))
        for p in (0, 1)
    )
    body = (await client.get("/dashboard")).json()
    assert body["total"] == 6
    assert body["by_status"] == {"open": 4, "triaged": 0, "in_progress": 0, "waiting": 0, "resolved": 0, "closed": 0}
    assert body["by_group"] == [
        {"group": "b", "tickets": 3, "live": 1},
        {"group": None, "tickets": 3, "live": 0},
        {"group": "a", "tickets": 1, "live": 1},
    ]
    assert body["other"] == {"tickets": 0, "live": 0}
    daily = (await client.get("/dashboard/daily?from=2016-02-29&to=2016-03-01")).json()
    assert daily["days"][1] == {"day": "2016-03-01", "created": 4, "resolved": 2, "closed": 0, "reopened": 0}
    assert daily["first_resolution"]["urgent"] == {"tickets": 2, "total_seconds": 3}
    await in_memory.writer.write_counters([a_count(1, 10, total=30)])
    assert (await client.get("/dashboard")).json()["total"] == 33


async def test_groups_beyond_a_thousand_are_summed(client: Any, in_memory: Any, a_count: Any) -> None:
    groups = [{"key": f"g{n:04}", "tickets": 2 if n else 1, "live": 1} for n in range(1003)]
    await in_memory.writer.write_counters([a_count(0, 1, by_group=groups)])
    body = (await client.get("/dashboard")).json()
    assert len(body["by_group"]) == 1000
    assert body["other"] == {"tickets": 5, "live": 3}


async def test_freshness_names_all_partitions(client: Any) -> None:
    body = json.loads((await client.get("/freshness")).content)
    assert [each["partition"] for each in body["partitions"]] == list(range(12))
    assert {(each["applied"], each["published"]) for each in body["partitions"]} == {(-1, -1)}


async def test_problem_pages_and_methods(client: Any) -> None:
    for code in ("read-model-behind", "ticket-parked", "bad-header"):
        assert (await client.get(f"/problems/{code}")).status_code == 200
    response = await client.post("/tickets")
    assert problem(response) == (405, "method-not-allowed")
    assert response.headers["Allow"] == "GET"
