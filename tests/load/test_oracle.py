"""The bench notices wrong answers: right ones pass, and each kind of wrong one is refused."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx2
import pytest

from tests.load.baseline import app as baseline
from tests.load.baseline.store import Store, connect
from tests.load.bench.known import Known, noting
from tests.load.bench.load import Outcome, Sample
from tests.load.bench.oracle import Memory, Oracle
from tests.load.bench.requests import different_lists, get, lists_by_status, path_of, zipf_details
from tests.load.growth.baseline import fill_baseline
from tests.load.growth.grow import grow
from tests.load.growth.shape import read_shape

COUNT = 150


class Answered:
    """Tickets in a baseline, which answers as a query service should."""

    def __init__(self, http: httpx2.AsyncClient, oracle: Oracle, tickets: list[Known]) -> None:
        self.http, self.oracle, self.tickets = http, oracle, tickets

    async def outcome(self, requests: list[bytes]) -> Outcome:
        """Return what a load of these requests would bring back, every answer kept."""
        samples = [
            Sample(request, 0.0, 0.0, 200, (await self.http.get(path_of(request))).raise_for_status().content)
            for request in requests
        ]
        return Outcome(1.0, Counter({200: len(samples)}), [], [], [], samples, 0)


@pytest.fixture
async def answered(mongo_uri: str, mongo_database: str) -> AsyncIterator[Answered]:
    """Yield a baseline with made-up tickets, and an oracle over its database."""
    known: list[Known] = []
    await fill_baseline(mongo_uri, mongo_database, noting(grow(read_shape(until="2016-03-02T00:00:00Z"), COUNT), known))
    app = baseline.create_app(mongo_uri, mongo_database)
    database = connect(mongo_uri, mongo_database)
    async with (
        database.client,
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://baseline") as http,
    ):
        yield Answered(http, Oracle(Store(database)), known)


def _changed(outcome: Outcome, **fields: object) -> Outcome:
    """Return the same outcome with fields of each sampled ticket, or of the first one of each list, changed."""
    samples = []
    for sample in outcome.samples:
        content = json.loads(sample.body)
        first = content[0] if isinstance(content, list) and content else content
        if isinstance(first, dict):
            first.update(fields)
        samples.append(replace(sample, body=json.dumps(content).encode()))
    return replace(outcome, samples=samples)


@pytest.mark.stack
async def test_lists_must_have_the_right_tickets_at_the_right_versions(answered: Answered) -> None:
    lists = [*lists_by_status(), *different_lists(answered.tickets, 20, seed=1)]
    outcome = await answered.outcome(lists)
    assert any(json.loads(sample.body) for sample in outcome.samples)
    await answered.oracle.lists(outcome)
    wrong: tuple[dict[str, object], ...] = ({"version": 99}, {"subject": "x"}, {"updated_at": "1999-01-01T00:00:00Z"})
    for changed in wrong:
        with pytest.raises(AssertionError, match="/tickets"):
            await answered.oracle.lists(_changed(outcome, **changed))


@pytest.mark.stack
async def test_tickets_must_have_their_fields(answered: Answered) -> None:
    outcome = await answered.outcome(zipf_details(answered.tickets, 10, seed=1))
    await answered.oracle.details(outcome)
    with pytest.raises(AssertionError, match="triage"):
        await answered.oracle.details(_changed(outcome, status="triage"))
    wrong: tuple[dict[str, object], ...] = ({"message": "x"}, {"tags": ["x"]}, {"recent": []})
    for changed in wrong:
        with pytest.raises(AssertionError, match="/tickets"):
            await answered.oracle.details(_changed(outcome, **changed))


@pytest.mark.stack
async def test_dashboards_must_count_right(answered: Answered) -> None:
    outcome = await answered.outcome([get("/dashboard")])
    await answered.oracle.dashboards(outcome)
    with pytest.raises(AssertionError, match=f"{COUNT + 1}, not {COUNT}"):
        await answered.oracle.dashboards(_changed(outcome, total=COUNT + 1))


@pytest.mark.stack
async def test_what_is_remembered_is_enough_where_the_baseline_has_no_tickets(answered: Answered) -> None:
    memory = Memory(answered.tickets)
    lists = await answered.outcome(lists_by_status())
    details = await answered.outcome(zipf_details(answered.tickets, 10, seed=1))
    board = await answered.outcome([get("/dashboard")])
    await memory.lists(lists)
    await memory.details(details)
    await memory.dashboards(board)
    nothing = replace(lists, samples=[replace(sample, body=b"[]") for sample in lists.samples])
    for check, wrong in (
        (memory.lists, _changed(lists, version=99)),
        (memory.lists, nothing),
        (memory.details, _changed(details, subject="WRONG")),
        (memory.dashboards, _changed(board, total=COUNT + 1)),
    ):
        with pytest.raises(AssertionError):
            await check(wrong)
