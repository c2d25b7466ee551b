"""Answers that are kept, over HTTP: the same as without, but for the work."""

import uuid
from typing import Any

import pytest

from query_service.answers import AnswerCache
from query_service.domain.news import news_of
from query_service.sightings import Sightings

ONE, TWO, THREE = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
UPPER = ONE.upper()
LISTS = ["/tickets?limit=1", "/tickets", "/tickets?status=open&status=closed&sort=created_at"]
TICKETS = [f"/tickets/{ONE}", f"/tickets/{UPPER}"]
BOARDS = ["/dashboard", "/dashboard/daily?from=2016-01-01&to=2016-01-02"]
OF_THE_MOMENT = ("x-correlation-id", "projection-lag-ms")


@pytest.fixture
async def two(in_memory: Any, answers: AnswerCache, a_view: Any) -> None:
    """Let there be two tickets, and answers be kept."""
    await in_memory.writer.write_views([a_view(ONE), a_view(TWO)])
    answers.open()


def is_kept(answers: AnswerCache, path: str) -> bool:
    name, _, query = path.partition("?")
    return answers.get((name, query.encode())) is not None


def headers_of(response: Any) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in OF_THE_MOMENT}


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("path", [*LISTS, *TICKETS, *BOARDS])
async def test_a_kept_answer_is_the_one_that_was_given(
    client: Any, in_memory: Any, answers: AnswerCache, path: str
) -> None:
    given = await client.get(path)
    assert is_kept(answers, path)
    in_memory.writer.views.clear()  # not heard of: only what is kept can answer as before
    kept = await client.get(path)
    assert (kept.status_code, kept.content, headers_of(kept)) == (200, given.content, headers_of(given))
    assert int(kept.headers["projection-lag-ms"]) >= 0
    assert len({kept.headers["x-correlation-id"], given.headers["x-correlation-id"]}) == 2


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("path", [LISTS[0], TICKETS[0], BOARDS[0]])
async def test_a_kept_answer_is_304_to_whoever_has_it(client: Any, path: str) -> None:
    etag = (await client.get(path)).headers["etag"]
    for condition in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        kept = await client.get(path, headers={"If-None-Match": condition})
        assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", etag)
        assert "content-type" not in kept.headers
        assert kept.headers["vary"] == "Prefer, Consistency-Token, Accept-Encoding"
    assert (await client.get(path, headers={"If-None-Match": '"x"'})).status_code == 200
    twice = await client.get(path, headers=[("If-None-Match", '"x"'), ("If-None-Match", etag)])
    assert twice.status_code == 304


@pytest.mark.usefixtures("two")
async def test_the_correlation_id_of_the_request_comes_back(client: Any) -> None:
    for _ in range(2):
        answer = await client.get("/tickets", headers={"X-Correlation-Id": "abc"})
        assert answer.headers["x-correlation-id"] == "abc"


@pytest.mark.usefixtures("two")
async def test_a_token_or_a_preference_goes_past_what_is_kept(
    client: Any, in_memory: Any, a_view: Any, sightings: Sightings, answers: AnswerCache
) -> None:
    await client.get(TICKETS[0])
    # Written by another process, and not heard of yet.
    await in_memory.writer.write_views([a_view(ONE, 2)])
    assert (await client.get(TICKETS[0])).json()["version"] == 1
    seen = await client.get(TICKETS[0], headers={"Consistency-Token": f"{ONE}:2"})
    assert (seen.json()["version"], seen.headers["consistency"]) == (2, "satisfied")
    assert (await client.get(TICKETS[0])).json()["version"] == 2  # what it read is kept now
    preferred = await client.get(TICKETS[0], headers={"Prefer": "wait=3"})
    assert preferred.headers["preference-applied"] == "wait=3"
    malformed = await client.get(TICKETS[0], headers={"Consistency-Token": "x"})
    assert malformed.status_code == 400


@pytest.mark.usefixtures("two")
async def test_news_is_shown(client: Any, in_memory: Any, a_view: Any, answers: AnswerCache) -> None:
    for path in (*LISTS, *TICKETS):
        await client.get(path)
    view = a_view(ONE, 2, subject="Changed")
    await in_memory.writer.write_views([view])
    answers.hear([news_of(view)])
    for path in (*LISTS, *TICKETS):
        assert "Changed" in (await client.get(path)).text


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "path", ["/tickets?limit=0", "/tickets?limit=1&limit=1", f"/tickets/{THREE}", "/tickets?group=%ff", "/freshness"]
)
async def test_what_is_no_answer_or_of_the_moment_is_not_kept(client: Any, answers: AnswerCache, path: str) -> None:
    await client.get(path)
    assert len(answers) == 0


@pytest.mark.usefixtures("two")
async def test_other_methods_are_refused_where_an_answer_is_kept(client: Any) -> None:
    await client.get("/tickets")
    assert (await client.head("/tickets")).status_code == 405
    assert (await client.request("GET", "/tickets", content=b"x" * 2_000_000)).status_code == 413
