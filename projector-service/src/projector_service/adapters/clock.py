"""Compares this machine's clock with the database server's: the broker judges writes by their time."""

import time
from typing import Any

from pymongo import AsyncMongoClient

from ticket_chassis.health import NotReady
from ticket_contracts.topics import EARLY_WRITE_LIMIT_MS

ALLOWED_SKEW_MS = EARLY_WRITE_LIMIT_MS


async def check_clock(client: AsyncMongoClient[dict[str, Any]]) -> None:
    """Raise NotReady when the clocks differ by more than 5 s: the broker refuses records from further ahead."""
    hello = await client.admin.command("hello")
    skew_ms = round(time.time() * 1000 - hello["localTime"].timestamp() * 1000)
    if abs(skew_ms) > ALLOWED_SKEW_MS:
        raise NotReady(f"the clock is off by {skew_ms} ms, {ALLOWED_SKEW_MS} ms are allowed")
