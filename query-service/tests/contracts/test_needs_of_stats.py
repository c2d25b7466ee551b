"""What the query service needs of tickets.stats.v1: what dashboards add up, and what waiting for a token goes by."""

from typing import Any

import httpx2
import pytest
from pact import match

from tests.support.pacts.consumer import Check, example
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.stands import STANDS
from tests.support.pacts.words import A_NUMBER, A_TEXT, PARTITION, TICKET

pytestmark = pytest.mark.contract

A_DAY = match.regex("2024-05-01", regex=r"^\d{4}-\d\d-\d\d$")
DAY = {"day": A_DAY, "created": A_NUMBER, "resolved": A_NUMBER, "closed": A_NUMBER, "reopened": A_NUMBER}


def counters(name: str, state: str, parameters: dict[str, str], **counts: Any) -> MessageNeed:
    """Return the need of the counters of the ticket's partition."""
    body = {
        "partition": int(PARTITION),
        "offset": A_NUMBER,
        "views_offset": A_NUMBER,
        "timeline_offset": A_NUMBER,
        "total": A_NUMBER,
        "daily": match.each_like(DAY, min=1),
        **counts,
    }
    return MessageNeed(name, State(state, {"ticket_id": TICKET} | parameters), body, PARTITION, PARTITION)


def standing(stand: dict[str, str]) -> MessageNeed:
    """Return the need of the counters where the only ticket stands so."""
    status, priority, channel = stand["status"], stand["priority"], stand["channel"]
    resolved = [{"priority": priority, "tickets": 1, "total_ms": A_NUMBER}] if status == "resolved" else []
    return counters(
        f"the counters where one ticket stands: {', '.join(stand.values())}",
        "a ticket stands so",
        stand,
        by_status={status: 1},
        by_priority={priority: 1},
        by_channel={channel: 1},
        by_group=[{"key": None, "tickets": 1, "live": 0 if status in ("resolved", "closed") else 1}],
        first_resolution=resolved,
    )


STATS: Contract[MessageNeed] = Contract(
    "query-service",
    "projector-service",
    "tickets.stats.v1",
    (
        *map(standing, STANDS),
        counters(
            "the counters where tickets have groups",
            "a ticket has everything",
            {},
            by_status={"resolved": A_NUMBER},
            by_priority={"urgent": A_NUMBER},
            by_channel={"phone": A_NUMBER},
            by_group=match.each_like({"key": A_TEXT, "tickets": A_NUMBER, "live": A_NUMBER}, min=1),
            first_resolution=match.each_like({"priority": "urgent", "tickets": A_NUMBER, "total_ms": A_NUMBER}, min=1),
        ),
    ),
)


@pytest.mark.parametrize("need", STATS.needs, ids=str)
async def test_counters_become_the_dashboard(need: MessageNeed, take: Any, client: httpx2.AsyncClient) -> None:
    await take(example(STATS, need))
    shown = (await client.get("/dashboard")).json()
    daily = (await client.get("/dashboard/daily?from=2024-05-01&to=2024-05-01")).json()
    (status,) = need.body["by_status"]
    assert (shown["total"], shown["by_status"][status]) == (1, 1)
    assert (len(shown["by_group"]), daily["days"][0]["created"]) == (1, 1)


def test_the_committed_pact_says_so(committed_pact: Check) -> None:
    committed_pact(STATS)
