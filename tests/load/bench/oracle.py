"""Whether answers are right: they are held against the baseline's database, which has the same tickets another way.

Raises AssertionError with what differs.
"""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.load.baseline.models import Filters
from tests.load.baseline.store import Store
from tests.load.bench.load import Outcome, Sample
from tests.load.bench.requests import path_of

_AT_MOST = 8
"""Samples of a round that are checked: a check costs the database what an answer costs it."""

_SEVERAL = {"status", "priority", "channel"}
_COMPARED = ("version", "status", "priority", "group", "assignee", "subject", "note_count", "reopen_count")


class Oracle:
    """Knows what a query service over the baseline's tickets must answer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def lists(self, outcome: Outcome) -> None:
        """Check sampled lists: the same tickets in the same order, at the same versions."""
        for sample in _some(outcome.samples):
            rows = await self._store.page(_filters(path_of(sample.request)))
            expected = [(row["_id"], row["version"]) for row in rows]
            answered = [(item["id"], item["version"]) for item in json.loads(sample.body)]
            assert answered == expected, f"{path_of(sample.request)}: {answered[:3]}, not {expected[:3]}"

    async def details(self, outcome: Outcome) -> None:
        """Check sampled tickets, field by field."""
        for sample in _some(outcome.samples):
            ticket = json.loads(sample.body)
            row = await self._store.find(urlsplit(path_of(sample.request)).path.rsplit("/", 1)[1])
            answered = {"id": ticket["id"], **{name: ticket[name] for name in _COMPARED}}
            expected = {"id": row["_id"], **{name: row[name] for name in _COMPARED}}
            assert answered == expected, f"{answered}, not {expected}"

    async def dashboards(self, outcome: Outcome) -> None:
        """Check one sampled dashboard: total and every count."""
        for sample in outcome.samples[:1]:
            answered, expected = json.loads(sample.body), await self._store.dashboard()
            assert answered["total"] == expected["total"], f"{answered['total']}, not {expected['total']}"
            for name in ("by_status", "by_priority", "by_channel"):
                assert {k: n for k, n in answered[name].items() if n} == expected[name], name
            assert _groups(answered) == _groups(expected)


def _groups(dashboard: dict[str, Any]) -> dict[str | None, tuple[int, int]]:
    return {row["group"]: (row["tickets"], row["live"]) for row in dashboard["by_group"]}


def _some(samples: Sequence[Sample]) -> Sequence[Sample]:
    return samples[:: max(1, len(samples) // _AT_MOST)]


def _filters(path: str) -> Filters:
    query = parse_qs(urlsplit(path).query)
    return Filters.model_validate({k: values if k in _SEVERAL else values[0] for k, values in query.items()})
