"""What clients ask: requests as bytes, made before a round so that making them costs nothing in it. All are seeded."""

import json
import random
from collections.abc import Mapping, Sequence
from itertools import accumulate
from urllib.parse import urlencode

from tests.load.bench.known import Known
from ticket_contracts.fields import Priority, Status
from ticket_contracts.model import format_time

PAGE = 20
_SORTS = ("-updated_at", "-created_at", "updated_at", "created_at")


def get(path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Return a GET."""
    lines = [f"GET {path} HTTP/1.1", "host: bench", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def post(path: str, body: object) -> bytes:
    """Return a POST of JSON."""
    content = json.dumps(body).encode()
    head = f"POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content


def path_of(request: bytes) -> str:
    """Return the path of a request, with its query."""
    return request.split(b" ", 2)[1].decode()


def lists_by_status() -> list[bytes]:
    """Return the first page of each status, newest change first: what every agent's screen shows."""
    return [
        get("/tickets?" + urlencode({"status": status.value, "sort": "-updated_at", "limit": PAGE}))
        for status in Status
        if status is not Status.TRIAGED  # no ticket of the log is, and an empty page is no list of 20 tickets
    ]


def different_lists(tickets: Sequence[Known], count: int, seed: int) -> list[bytes]:
    """Return lists of which no two are alike: by customer, by group and status, by assignee, by priority, in a time."""
    rng, found = random.Random(seed), dict[bytes, None]()
    while len(found) < count:
        known = tickets[rng.randrange(len(tickets))]
        before = format_time(known.updated_at.replace(microsecond=0))
        query = rng.choice(
            [
                {"customer_id": known.customer_id, "status": rng.choice(list(Status)).value},
                {"group": known.group or "70", "status": rng.choice(list(Status)).value, "updated_before": before},
                {"assignee": known.assignee or "1", "updated_before": before},
                {"priority": rng.choice(list(Priority)).value, "updated_before": before},
                {"status": rng.choice(list(Status)).value, "updated_before": before},
            ]
        )
        found[get("/tickets?" + urlencode(query | {"sort": rng.choice(_SORTS), "limit": PAGE}))] = None
    return list(found)


def zipf_details(tickets: Sequence[Known], count: int, seed: int) -> list[bytes]:
    """Return tickets by id, the k-th most wanted of them k times as rarely as the first (Zipf's law, exponent 1)."""
    rng = random.Random(seed)
    weights = list(accumulate(1 / rank for rank in range(1, len(tickets) + 1)))
    wanted = rng.choices(range(len(tickets)), cum_weights=weights, k=count)
    order = random.Random(0).sample(range(len(tickets)), len(tickets))
    return [get(f"/tickets/{tickets[order[rank]].id}") for rank in wanted]


def new_tickets(count: int, seed: int) -> list[bytes]:
    """Return POSTs of new tickets."""
    rng = random.Random(seed)
    return [
        post(
            "/tickets",
            {
                "customer_id": f"bench-{rng.randrange(500)}",
                "subject": f"Category {rng.randrange(60)} / Subcategory {rng.randrange(250)}",
                "message": f"Symptom {rng.randrange(500)}",
                "priority": rng.choice(list(Priority)).value,
                "channel": "email",
            },
        )
        for _ in range(count)
    ]
