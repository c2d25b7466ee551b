"""Whether answers are right: they are held against the baseline's database, which has the same tickets another way.

Those of the sizes that the baseline does not have are held against what the bench remembers of what it has put there.
Raises AssertionError with what differs.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from tests.load.baseline.models import Detail, Filters, Item
from tests.load.baseline.store import Store
from tests.load.bench.known import Known
from tests.load.bench.load import Outcome, Sample
from tests.load.bench.requests import path_of

_AT_MOST = 8
"""Samples of a round that are checked: a check costs the database what an answer costs it."""

_SEVERAL = {"status", "priority", "channel"}
_RECENT = ("version", "type")


class Oracle:
    """Knows what a query service over the baseline's tickets must answer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def lists(self, outcome: Outcome) -> None:
        """Check sampled lists: the same tickets in the same order, field by field."""
        for sample in _some(outcome.samples):
            path, answered = path_of(sample.request), json.loads(sample.body)
            expected = await self._store.page(_filters(path))
            _same([item["id"] for item in answered], [row["_id"] for row in expected], path)
            for item, row in zip(answered, expected, strict=True):
                _same(_ticket(Item, item), _ticket(Item, row), path)

    async def details(self, outcome: Outcome) -> None:
        """Check sampled tickets, field by field."""
        for sample in _some(outcome.samples):
            path = path_of(sample.request)
            expected = await self._store.find(_id_in(path))
            _same(_ticket(Detail, json.loads(sample.body)), _ticket(Detail, expected), path)

    async def dashboards(self, outcome: Outcome) -> None:
        """Check one sampled dashboard: total and every count."""
        for sample in outcome.samples[:1]:
            answered, expected = json.loads(sample.body), await self._store.dashboard()
            assert answered["total"] == expected["total"], f"{answered['total']}, not {expected['total']}"
            for name in ("by_status", "by_priority", "by_channel"):
                assert {k: n for k, n in answered[name].items() if n} == expected[name], name
            assert _groups(answered) == _groups(expected)


class Memory:
    """Knows what a query service over tickets that nobody changes must answer, as far as they are remembered."""

    def __init__(self, tickets: Sequence[Known]) -> None:
        self._tickets = tickets
        self._pages: dict[str, list[Known]] = {}

    async def lists(self, outcome: Outcome) -> None:
        """Check sampled first pages of a status, newest change first: the right tickets at the right versions."""
        for sample in _some(outcome.samples):
            path = path_of(sample.request)
            answered = [(item["id"], item["version"], item["status"]) for item in json.loads(sample.body)]
            _same(answered, [(each.id, each.version, each.status) for each in self._page(path)], path)

    async def details(self, outcome: Outcome) -> None:
        """Check sampled tickets."""
        samples = {_id_in(path_of(sample.request)): json.loads(sample.body) for sample in _some(outcome.samples)}
        for known in self._tickets:
            if ticket := samples.pop(known.id, None):
                _same({name: ticket.get(name) for name in _REMEMBERED}, _remembered(known), f"/tickets/{known.id}")
        assert not samples, f"nobody knows {list(samples)}"

    async def dashboards(self, outcome: Outcome) -> None:
        """Check one sampled dashboard: total and tickets by status."""
        statuses = Counter(known.status for known in self._tickets)
        for sample in outcome.samples[:1]:
            answered = json.loads(sample.body)
            _same(answered.get("total"), len(self._tickets), "total")
            _same({name: n for name, n in answered["by_status"].items() if n}, dict(statuses), "by_status")

    def _page(self, path: str) -> list[Known]:
        if path not in self._pages:
            wanted = _filters(path)
            found = [known for known in self._tickets if known.status in wanted.status]
            self._pages[path] = newest_first(found)[: wanted.limit]
        return self._pages[path]


def newest_first(tickets: Sequence[Known]) -> list[Known]:
    """Return the tickets as lists have them: by the last change, ties by id."""
    return sorted(sorted(tickets, key=lambda known: known.id), key=lambda known: known.updated_at, reverse=True)


_REMEMBERED = ("id", "version", "status", "customer_id", "group", "assignee", "subject", "message")


def _remembered(known: Known) -> dict[str, object]:
    return {name: getattr(known, name) for name in _REMEMBERED}


def _same(answered: object, expected: object, what: str) -> None:
    assert answered == expected, f"{what}: {str(answered)[:600]}, not {str(expected)[:600]}"


def _ticket(model: type[Item], ticket: Mapping[str, Any]) -> Item:
    """Return a ticket of an answer, or of the baseline's database, with what both have of it."""
    try:
        made = model.model_validate({"_id": ticket.get("id"), **ticket})
    except ValidationError as error:
        raise AssertionError(str(error)) from error
    if isinstance(made, Detail):
        return made.model_copy(update={"recent": [{name: entry[name] for name in _RECENT} for entry in made.recent]})
    return made


def _id_in(path: str) -> str:
    return urlsplit(path).path.rsplit("/", 1)[1]


def _groups(dashboard: dict[str, Any]) -> dict[str | None, tuple[int, int]]:
    return {row["group"]: (row["tickets"], row["live"]) for row in dashboard["by_group"]}


def _some(samples: Sequence[Sample]) -> Sequence[Sample]:
    return samples[:: max(1, len(samples) // _AT_MOST)]


def _filters(path: str) -> Filters:
    query = parse_qs(urlsplit(path).query)
    return Filters.model_validate({k: values if k in _SEVERAL else values[0] for k, values in query.items()})
