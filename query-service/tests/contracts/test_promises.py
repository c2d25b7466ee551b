"""What this service really answers is what its consumers need: each pact that names it is verified."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from tests.support.pacts.files import PactFile, committed
from tests.support.pacts.verification import verify_http
from tests.support.served_app import served_app
from ticket_contracts.fields import Status
from ticket_contracts.partitioning import partition_of
from ticket_contracts.stats import DayCount, GroupCount
from ticket_contracts.timeline import HistoryEntry
from ticket_contracts.views import Stale

pytestmark = pytest.mark.contract

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)

States = Mapping[str, Callable[..., None]]


@pytest.fixture
def states(in_memory: Any, a_view: Any, an_entry: Any, a_count: Any) -> States:
    """Return what brings about each state: as ingest would have written it."""

    def ticket(ticket_id: str, **fields: Any) -> None:
        entry = an_entry(ticket_id)
        recent = HistoryEntry(**{name: getattr(entry, name) for name in HistoryEntry.model_fields})
        view = a_view(ticket_id, **{"recent": (recent,), **fields})
        asyncio.run(in_memory.writer.write_views([view]))
        asyncio.run(in_memory.writer.write_timeline([entry]))

    def standing(ticket_id: str, **stand: str) -> None:
        at = {Status.RESOLVED: "resolved_at", Status.CLOSED: "closed_at"}.get(Status(stand["status"]))
        ticket(ticket_id, **stand, **({} if at is None else {at: NOON}))

    def two_tickets(ticket_id: str) -> None:
        # The list begins with the ticket that changed last.
        ticket(ticket_id, customer_id=ticket_id, updated_at=NOON)
        ticket("018f0000-0000-7000-8000-0000000000dd", customer_id=ticket_id)

    def counted(ticket_id: str) -> None:
        day = DayCount(day=NOON.date(), created=1, resolved=1, closed=1, reopened=1)
        group = GroupCount(key="network", tickets=1, live=1)
        record = a_count(partition_of(ticket_id), 1, total=1, by_status={"open": 1}, by_group=(group,), daily=(day,))
        asyncio.run(in_memory.writer.write_counters([record]))

    return {
        "nothing about the ticket": lambda ticket_id: None,
        "a ticket": ticket,
        "a ticket stands so": standing,
        "a ticket is parked": lambda ticket_id: ticket(ticket_id, stale=Stale(since=NOON, reason="a gap")),
        "two tickets of the customer of this name": two_tickets,
        "tickets are counted": counted,
    }


@pytest.mark.parametrize("pact", committed(provider="query-service"), ids=lambda pact: pact.path.stem)
def test_clients_get_what_they_need(pact: PactFile, app: FastAPI, states: States) -> None:
    with served_app(app) as url:
        verify_http(pact, url, states)
