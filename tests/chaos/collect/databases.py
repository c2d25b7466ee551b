"""What the databases hold, asked as the services' own users."""

import json
from typing import Any

from pymongo import AsyncMongoClient

from tests.chaos.checker.state import (
    ENTRY_KEY_FIELDS,
    GUARD_FIELDS,
    TOPIC_ENTRY_FIELDS,
    TOPIC_FIELDS,
    Entries,
    Event,
    Json,
    Views,
)
from tests.chaos.collect.texts import Keys, to_event
from ticket_contracts.generations import FIRST_GENERATION, suffix

QUERY_DATABASE = "the query database"
PROJECTOR_DATABASE = "the projector's database"
_LIMIT_MS = 30_000


def _client(uri: str) -> AsyncMongoClient[Json]:
    return AsyncMongoClient(uri, timeoutMS=_LIMIT_MS)


async def stored_events(uri: str, keys: Keys) -> list[Event]:
    """Return every event in the command service's store."""
    async with _client(uri) as client:
        rows = await client.get_default_database()["events"].find({}, {"key": 1, "envelope": 1}).to_list()
    return [to_event(json.loads(row["envelope"]), keys, row.get("key")) for row in rows]


async def served_generation(uri: str) -> int:
    """Return which generation of the read topics the query service serves, from its own database."""
    async with _client(uri) as client:
        found = await client.get_default_database()["generations"].find_one({"_id": "serving"})
    return int(found["number"]) if found else FIRST_GENERATION


async def query_database(uri: str, generation: int) -> tuple[Views, Entries, list[Json]]:
    """Return the query service's own tickets and timeline entries (what guards them), and its counters' records."""
    async with _client(uri) as client:
        database = client.get_default_database()
        end = suffix(generation)
        tickets = await database["tickets" + end].find({"kind": "view"}, {"guard": 1}).to_list()
        entries = await database["timeline" + end].find({}, {"ticket_id": 1, "version": 1}).to_list()
        counters = await database["counters" + end].find({}, {"record": 1}).to_list()
    views = [_guarded(row) for row in tickets]
    return (
        Views(QUERY_DATABASE, GUARD_FIELDS, views),
        Entries(QUERY_DATABASE, ENTRY_KEY_FIELDS, entries),
        [json.loads(row["record"]) for row in counters],
    )


async def projector_database(uri: str, generation: int) -> tuple[Views, Entries]:
    """Return the projector's own views and entries: what every fresh reader of its topics must come to."""
    async with _client(uri) as client:
        database = client.get_default_database()
        end = suffix(generation)
        views = await database["views" + end].find({}, {"record": 1}).to_list()
        entries = await database["timeline" + end].find({}, {"record": 1}).to_list()
    return (
        Views(PROJECTOR_DATABASE, TOPIC_FIELDS, [json.loads(row["record"]) for row in views]),
        Entries(PROJECTOR_DATABASE, TOPIC_ENTRY_FIELDS, [json.loads(row["record"]) for row in entries]),
    )


def _guarded(row: dict[str, Any]) -> Json:
    return {"id": row["_id"], "version": row["guard"]["version"], "offset": row["guard"]["offset"]}
