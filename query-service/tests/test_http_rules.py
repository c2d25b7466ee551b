"""http.md's rules for reads, sentence by sentence: parameters, cursors, entity tags, headers, documents."""

import base64
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from query_service.app import create_app
from query_service.domain.cursors import encode_cursor
from query_service.domain.listing import Place, Sort
from query_service.http import schemas
from query_service.http.examples import EXAMPLES
from query_service.http.freshness import FreshnessDocument
from query_service.settings import QuerySettings
from ticket_contracts.views import Stale

NOW = datetime(2016, 3, 1, tzinfo=UTC)
ONE, TWO, THREE = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
READS = [
    "/tickets",
    f"/tickets/{ONE}",
    f"/tickets/{ONE}/timeline",
    "/dashboard",
    "/dashboard/daily?from=2016-01-01&to=2016-01-02",
    "/freshness",
    "/export/tickets.ndjson",
]
CONDITIONAL = [path for path in READS if not path.startswith(("/export", "/freshness"))]


async def ids(client: Any, query: str) -> list[str]:
    response = await client.get(f"/tickets?{query}")
    assert response.status_code == 200, response.text
    return [ticket["id"] for ticket in response.json()]


def code(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.fixture
async def three(in_memory: Any, a_view: Any, an_entry: Any) -> None:
    hour = timedelta(hours=1)
    await in_memory.writer.write_views(
        [
            a_view(ONE, status="open", tags=("a", "b"), created_at=NOW - hour, updated_at=NOW + hour),
            a_view(
                TWO, status="waiting", waiting_reason="vendor", priority="urgent", channel="phone", group="$where",
                assignee="a.b", customer_id='{"$gt": ""}', external_id="INC-2", tags=("b",), has_note=True,
                note_count=1,
                awaiting="customer", created_at=NOW, updated_at=NOW,
            ),
            a_view(
                THREE, status="closed", channel="email", awaiting="us", created_at=NOW + hour, updated_at=NOW - hour
            ),
        ]
    )  # fmt: skip
    await in_memory.writer.write_timeline([an_entry(ONE, 1)])


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [ONE, TWO, THREE]),
        ("status=open&status=waiting", [ONE, TWO]),
        ("priority=urgent&priority=low", [TWO]),
        ("channel=phone&channel=email", [TWO, THREE]),
        ("tag=a&tag=b", [ONE]),
        ("tag=b", [ONE, TWO]),
        ("tag=b&tag=b", [ONE, TWO]),
        ("group=$where", [TWO]),
        ("assignee=a.b", [TWO]),
        ('customer_id={"$gt": ""}', [TWO]),
        ("customer_id=$ne", []),
        ("external_id=INC-2", [TWO]),
        ("has_note=true", [TWO]),
        ("has_note=false", [ONE, THREE]),
        ("awaiting=us", [THREE]),
        ("awaiting=customer", [TWO]),
        ("created_since=2016-03-01T00:00:00Z", [TWO, THREE]),
        ("created_before=2016-03-01T00:00:00Z", [ONE]),
        ("updated_since=2016-03-01T00:00:00.000Z", [ONE, TWO]),
        ("updated_before=2016-03-01t00:00:00z", [THREE]),
        ("created_since=2016-03-01T01:30:00%2B01:30", [TWO, THREE]),
        ("created_since=2016-03-01T01:30:00+01:30", [TWO, THREE]),
        ("created_since=2016-02-29T19:00:00-05:00", [TWO, THREE]),
        ("sort=updated_at", [THREE, TWO, ONE]),
        ("sort=-updated_at", [ONE, TWO, THREE]),
        ("sort=created_at", [ONE, TWO, THREE]),
        ("sort=-created_at", [THREE, TWO, ONE]),
        ("limit=2", [ONE, TWO]),
        ("skip=1", [TWO, THREE]),
        ("skip=10000", []),
        ("limit=100", [ONE, TWO, THREE]),
        ("status=open&priority=normal&tag=a&customer_id=c-1", [ONE]),
        ("q=printer", [THREE, TWO, ONE]),
        ("q=PRINTER fire&limit=2", [THREE, TWO]),
        ("q=printer&skip=1", [TWO, ONE]),
        ("q=inc-2", [TWO]),
        ("q=printer&tag=b", [TWO, ONE]),
        ("q=printer&tag=b&status=open&created_before=2016-03-01T00:00:00Z", [ONE]),
        ("q=nothing", []),
    ],
)
async def test_filters_and_orders(client: Any, query: str, expected: list[str]) -> None:
    assert await ids(client, query) == expected


@pytest.mark.parametrize("times", range(1, 3))
async def test_ties_go_by_id_in_every_order(client: Any, in_memory: Any, a_view: Any, times: int) -> None:
    await in_memory.writer.write_views([a_view(ticket_id) for ticket_id in (THREE, ONE, TWO)])
    for sort in Sort:
        assert await ids(client, f"sort={sort}&limit={times}") == [ONE, TWO, THREE][:times]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/tickets?limit=1&limit=2", "limit"),
        ("/tickets?group=a&group=a", "group"),
        ("/tickets?has_note=true&has_note=false", "has_note"),
        ("/tickets?sort=created_at&sort=updated_at", "sort"),
        (f"/tickets/{ONE}/timeline?limit=1&limit=1", "limit"),
        ("/dashboard/daily?from=2016-01-01&from=2016-01-02&to=2016-01-03", "from"),
        ("/export/tickets.ndjson?updated_since=2016-01-01T00:00:00Z&updated_since=x", "updated_since"),
        ("/tickets?limit=5.0", "limit"),
        ("/tickets?limit=%2B5", "limit"),
        ("/tickets?limit=1_0", "limit"),
        ("/tickets?limit=%D9%A1", "limit"),
        ("/tickets?limit=-1", "limit"),
        ("/tickets?limit=", "limit"),
        ("/tickets?skip=-1", "skip"),
        ("/tickets?skip=10001", "skip"),
        ("/tickets?status=", "status"),
        ("/tickets?has_note=1", "has_note"),
        ("/tickets?awaiting=them", "awaiting"),
        ("/tickets?tag=" + "x" * 51, "tag"),
        ("/tickets?" + "&".join(f"tag={n}" for n in range(21)), "tag"),
        ("/tickets?q=a&" + "&".join(f"tag={n}" for n in range(21)), "tag"),
        ("/tickets?customer_id=" + "x" * 101, "customer_id"),
        ("/tickets?created_since=1456704000", "created_since"),
        ("/tickets?created_since=2016-02-30T00:00:00Z", "created_since"),
        ("/tickets?created_since=2016-02-29T00:00:00", "created_since"),
        ("/tickets?Limit=5", "Limit"),
        ("/tickets?limit[$gt]=5", "limit[$gt]"),
        ("/dashboard/daily?from=2016-W01-1&to=2016-01-09", "from"),
        ("/dashboard/daily?from=2016-01-02&to=2016-01-01", "to"),
        ("/dashboard/daily?from=2014-01-01&to=2016-01-02", "to"),
        (f"/tickets?skip=0&cursor={encode_cursor(Sort.UPDATED_DESC, Place(NOW, ONE))}", "skip"),
    ],
)  # fmt: skip
async def test_a_bad_parameter_is_named(client: Any, path: str, name: str) -> None:
    response = await client.get(path)
    assert code(response) == (400, "bad-parameter")
    assert [error["parameter"] for error in response.json()["errors"]] == [name]


async def test_731_days_are_the_most(client: Any) -> None:
    daily = await client.get("/dashboard/daily?from=2014-01-01&to=2016-01-01")
    assert len(daily.json()["days"]) == 731


def cursor_of(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        cursor_of(["-updated_at", 1, "\ud800"]),
        cursor_of(["-updated_at", 1, {"$gt": ""}]),
        cursor_of(["-updated_at", 10**17, ONE]),
        cursor_of(["-updated_at", -(10**17), ONE]),
        cursor_of(["-updated_at", 1.5, ONE]),
        cursor_of(["-updated_at", True, ONE]),
        cursor_of([True]),
        cursor_of(["updated_at", 1, ONE]),
        cursor_of([1]),
        cursor_of("x" * 400),
        "%F0%9F%98%80",
        "=",
    ],
)
async def test_bad_cursors(client: Any, cursor: str) -> None:
    assert code(await client.get(f"/tickets?cursor={cursor}")) == (400, "bad-parameter")
    if cursor != cursor_of([1]):
        assert code(await client.get(f"/tickets/{ONE}/timeline?cursor={cursor}")) == (400, "bad-parameter")


@pytest.mark.usefixtures("three")
async def test_a_cursor_is_a_place_in_an_order_whatever_the_filters(client: Any) -> None:
    target = (await client.get("/tickets?limit=1")).links["next"]["url"]
    cursor = target.partition("cursor=")[2]
    assert await ids(client, f"status=closed&cursor={cursor}") == [THREE]
    assert code(await client.get(f"/tickets?sort=created_at&cursor={cursor}")) == (400, "bad-parameter")


@pytest.mark.usefixtures("three")
async def test_the_last_page_has_no_link_and_skip_goes_on_by_cursor(client: Any) -> None:
    assert "Link" not in (await client.get("/tickets?limit=3")).headers
    link = (await client.get("/tickets?limit=1&skip=1&sort=created_at")).links["next"]
    assert link["rel"] == "next"
    assert "skip" not in link["url"]
    assert [ticket["id"] for ticket in (await client.get(link["url"])).json()] == [THREE]


async def test_a_cursor_survives_inserts_before_and_behind_it(client: Any, in_memory: Any, a_view: Any) -> None:
    def some(numbers: range) -> list[Any]:
        return [a_view(str(uuid.UUID(int=n)), updated_at=NOW + timedelta(minutes=n % 7)) for n in numbers]

    await in_memory.writer.write_views(some(range(0, 60, 3)))
    seen, target, new = [], "/tickets?limit=3", 1
    while target:
        response = await client.get(target)
        seen += [ticket["id"] for ticket in response.json()]
        target = response.links.get("next", {}).get("url")
        await in_memory.writer.write_views(some(range(new, new + 1)))
        new += 3
    assert len(seen) == len(set(seen))
    assert {str(uuid.UUID(int=n)) for n in range(0, 60, 3)} <= set(seen)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("path", CONDITIONAL)
@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"x",W/{} , "y"', "*"])
async def test_what_the_client_has_is_not_sent_again(client: Any, path: str, form: str) -> None:
    first = await client.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    again = await client.get(path, headers={"If-None-Match": form.format(tag), "Prefer": "wait=1"})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Projection-Lag-Ms"] == "7"
    assert again.headers["Preference-Applied"] == "wait=1"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("condition", ["", '"x"', "1", "W/", '"*"', "garbage, more"])
async def test_any_other_tag_gets_the_whole(client: Any, condition: str) -> None:
    response = await client.get(f"/tickets/{ONE}", headers={"If-None-Match": condition})
    assert (response.status_code, response.json()["id"]) == (200, ONE)


async def test_tags_in_two_header_lines_count_as_one_list(client: Any, in_memory: Any, a_view: Any) -> None:
    await in_memory.writer.write_views([a_view(ONE, 7)])
    lines = [("If-None-Match", '"6"'), ("If-None-Match", '"7"')]
    assert (await client.get(f"/tickets/{ONE}", headers=lines[:1])).status_code == 200
    assert (await client.get(f"/tickets/{ONE}", headers=lines)).status_code == 304


async def test_why_a_ticket_is_parked_is_told_whatever_the_client_has(
    client: Any, in_memory: Any, a_view: Any, answers: Any
) -> None:
    answers.open()
    await in_memory.writer.write_views([a_view(ONE, 7, offset=8, stale=Stale(since=NOW, reason="a gap"))])
    for _ in range(2):  # the second one from what is kept
        before = await client.get(f"/tickets/{ONE}")
        answer = await client.get(f"/tickets/{ONE}", headers={"If-None-Match": before.headers["ETag"]})
        assert (before.headers["ETag"], answer.status_code) == ('"7-stale"', 200)


async def test_the_export_has_no_tag_and_is_always_sent(client: Any, in_memory: Any, a_view: Any) -> None:
    await in_memory.writer.write_views([a_view(ONE)])
    response = await client.get("/export/tickets.ndjson", headers={"If-None-Match": "*"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    assert "ETag" not in response.headers
    assert (await client.get("/export/tickets.ndjson?updated_since=2017-01-01T00:00:00Z")).content == b""


async def test_a_token_in_two_header_lines_is_one_list(client: Any, in_memory: Any, a_view: Any) -> None:
    await in_memory.writer.write_views([a_view(ONE)])
    lines = [("Consistency-Token", f"{ONE}:1"), ("Consistency-Token", f"{TWO}:1"), ("Prefer", "wait=0")]
    assert (await client.get("/tickets", headers=lines[:1])).headers["Consistency"] == "satisfied"
    assert code(await client.get("/tickets", headers=lines)) == (503, "read-model-behind")


@pytest.mark.parametrize("path", READS)
async def test_errors_too_say_how_old_and_what_varies(client: Any, path: str) -> None:
    mark = "&" if "?" in path else "?"
    answers = [
        await client.get(f"{path}{mark}colour=red"),
        await client.get(path, headers={"Consistency-Token": "x"}),
        await client.get(path, headers={"Consistency-Token": f"{TWO}:9", "Prefer": "wait=0"}),
        await client.get(f"{path}{mark}x=%ff"),
        await client.head(path),
        await client.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 503, 400, 405, 405]
    for answer in answers:
        assert answer.headers["Projection-Lag-Ms"] == "7"
        assert answer.headers["Vary"] == "Prefer, Consistency-Token, Accept-Encoding"
        assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answers[2].headers["Preference-Applied"] == "wait=0"
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert [answer.headers["Allow"] for answer in answers[4:]] == ["GET", "GET"]


@pytest.mark.parametrize("path", [f"/tickets/{ONE}", f"/tickets/{ONE}/timeline"])
async def test_not_found_says_whether_it_may_be_yet_to_come(
    client: Any, in_memory: Any, a_view: Any, an_entry: Any, path: str
) -> None:
    await in_memory.writer.write_timeline([an_entry(TWO, 1)])
    await in_memory.writer.write_views([a_view(TWO)])
    for headers, told in [
        (
            {"Consistency-Token": f"{ONE}:1", "Prefer": "wait=0, handling=lenient"},
            ("stale", "wait=0, handling=lenient"),
        ),
        ({"Consistency-Token": f"{TWO}:1"}, ("satisfied", None)),
        ({"Prefer": "wait=3"}, (None, "wait=3")),
        ({}, (None, None)),
    ]:
        answer = await client.get(path, headers=headers)
        assert code(answer) == (404, "ticket-not-found")
        assert (answer.headers.get("Consistency"), answer.headers.get("Preference-Applied")) == told


@pytest.mark.parametrize("path", READS)
async def test_unusable_preferences_and_unknown_headers_are_ignored(client: Any, path: str) -> None:
    answer = await client.get(path, headers={"Prefer": "wait=soon, handling=kind", "X-Colour": "red"})
    assert "Preference-Applied" not in answer.headers
    assert "Consistency" not in answer.headers
    assert answer.status_code in (200, 404)


def test_examples_are_what_is_answered() -> None:
    for name, example in EXAMPLES.items():
        model: type[BaseModel] = FreshnessDocument if name == "FreshnessDocument" else getattr(schemas, name)
        assert model.model_validate_json(json.dumps(example), extra="forbid")


@pytest.fixture
def document() -> dict[str, Any]:
    settings = QuerySettings(
        mongo_uri="mongodb://127.0.0.1",
        mongo_database="none",
        kafka_bootstrap_servers="127.0.0.1:9092",
    )
    return create_app(settings).openapi()


def test_the_specification_names_every_answer_with_its_headers_and_an_example(document: dict[str, Any]) -> None:
    reads = {path: item["get"] for path, item in document["paths"].items() if "tags" in item["get"]}
    reads = {path: read for path, read in reads.items() if "operations" not in read["tags"]}
    assert len(reads) == len([*READS, "/stream"])
    for path, read in reads.items():
        flowing = "export" in path or path == "/stream"
        expected = {"200", "400", "503"} | ({"404"} if "{ticket_id}" in path else set())
        expected |= set() if flowing else {"304"}
        assert set(read["responses"]) == expected
        for response in read["responses"].values():
            assert {"Vary", "Cache-Control", "Projection-Lag-Ms"} <= response["headers"].keys()
        (content,) = read["responses"]["200"]["content"].values()
        assert content["example"]
        assert "Retry-After" in read["responses"]["503"]["headers"]
        assert ("ETag" in read["responses"]["200"]["headers"]) == (not flowing)


def test_examples_keep_their_nulls(document: dict[str, Any]) -> None:
    content = document["paths"]["/tickets/{ticket_id}"]["get"]["responses"]["200"]["content"]["application/json"]
    assert content["example"]["waiting_reason"] is None
