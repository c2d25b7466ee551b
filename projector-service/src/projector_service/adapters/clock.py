"""Compares this machine's clock with the database server's: late writes are refused by their time."""

import time
from typing import Any

from pymongo import AsyncMongoClient

from ticket_chassis.health import NotReady
from ticket_contracts.topics import LATE_WRITE_LIMIT_MS

ALLOWED_SKEW_MS = LATE_WRITE_LIMIT_MS // 2


async def check_clock(client: AsyncMongoClient[dict[str, Any]]) -> None:
    """Raise NotReady when the clocks differ by more than 5 s, half of what the broker allows a record."""
    hello = await client.admin.command("hello")
    skew_ms = round(time.time() * 1000 - hello["localTime"].timestamp() * 1000)
    if abs(skew_ms) > ALLOWED_SKEW_MS:
        raise NotReady(f"the clock is off by {skew_ms} ms, {ALLOWED_SKEW_MS} ms are allowed")
