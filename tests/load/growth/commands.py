"""Made-up tickets as commands: histories of the real log, each cut off somewhere and set into another week.

Slower than into the read topics by the whole pipeline, and in exchange every part has them: store, log, projector.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from tests.load.growth.grow import HOUR_MS, SEED, WEEKS
from tests.load.growth.shape import WHOLE_HISTORY
from tests.load.incident_log import INCIDENTS
from ticket_client.incidents.log import History, read_log
from ticket_client.incidents.plan import Planned, Progress, plan
from ticket_contracts.model import format_time, parse_time

_AT_ONCE = 500
"""Commands that the service takes in one request."""

_LIMIT_S = 60.0


async def send_grown(url: str, count: int, path: Path = INCIDENTS) -> int:
    """Send `count` tickets to the command service at `url`; returns how many commands were accepted."""
    accepted = 0
    async with httpx2.AsyncClient(base_url=url, timeout=_LIMIT_S) as http:
        for batch in _batches(histories(read_log(path).histories, count)):
            answer = (await http.post("/commands", json={"commands": batch})).raise_for_status()
            accepted += sum("problem" not in outcome for outcome in answer.json()["outcomes"])
    return accepted


def histories(real: Sequence[History], count: int, seed: int = SEED) -> Iterator[list[dict[str, Any]]]:
    """Yield the commands of `count` tickets, each ticket's in their order; the same ones for the same seed."""
    rng = random.Random(seed)
    for number in range(count):
        history = real[rng.randrange(len(real))]
        planned = plan(Progress(history), WHOLE_HISTORY)
        shift = timedelta(weeks=rng.randrange(WEEKS), milliseconds=rng.randrange(HOUR_MS))
        ticket_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        yield [_command(each, ticket_id, shift, number) for each in planned[: 1 + rng.randrange(len(planned))]]


def _command(planned: Planned, ticket_id: str, shift: timedelta, number: int) -> dict[str, Any]:
    data = dict(planned.data)
    if "external_id" in data:
        data["external_id"] = f"{data['external_id']}-{number}"
    at: datetime = parse_time(planned.at) + shift
    key = f"{ticket_id}:{planned.place.row}:{planned.place.step}:{planned.type}"
    return {"type": planned.type, "ticket_id": ticket_id, "key": key, "occurred_at": format_time(at), "data": data}


def _batches(tickets: Iterator[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """Put whole tickets together into batches as large as the service takes; a longer history is cut."""
    batch: list[dict[str, Any]] = []
    for commands in tickets:
        if len(batch) + len(commands) > _AT_ONCE:
            yield batch
            batch = []
        batch += commands[:_AT_ONCE]
    if batch:
        yield batch
