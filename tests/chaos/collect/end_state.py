"""The whole end state of a running stack, for the checker."""

import json
from collections.abc import Mapping
from typing import Protocol

import httpx2

from tests.chaos.checker.state import TOPIC_ENTRY_FIELDS, TOPIC_FIELDS, EndState, Entries, Event, Json, Views
from tests.chaos.collect.answers import Answers
from tests.chaos.collect.counts import counts_of_records
from tests.chaos.collect.databases import (
    QUERY_DATABASE,
    projector_database,
    query_database,
    served_generation,
    stored_events,
)
from tests.chaos.collect.messages import messages_of
from tests.chaos.collect.texts import keys_of
from tests.chaos.collect.topics import newest, read_topic
from tests.chaos.history import History
from ticket_contracts.generations import of_generation
from ticket_contracts.topics import EVENTS, STATS, TEXT_KEYS, TIMELINE, VIEWS, Topic

_HTTP_LIMIT_S = 30.0


class Servers(Protocol):
    """Where to read; `kafka` is host:port, `urls` are those of the services."""

    @property
    def kafka(self) -> str: ...
    @property
    def urls(self) -> Mapping[str, str]: ...
    def mongo_uri(self, team: str) -> str: ...


async def collect(stack: Servers, history: History, prefix: str = "") -> EndState:
    """Return what is left on a stack that has caught up; single tickets are asked for where `history` has them.

    `prefix` is what the names of all topics begin with.
    """
    keys = keys_of(newest(await read_topic(stack.kafka, TEXT_KEYS, prefix)))
    stored = await stored_events(stack.mongo_uri("command"), keys)
    records = await read_topic(stack.kafka, EVENTS, prefix)
    log, asides = messages_of(records, keys)
    generation = await served_generation(stack.mongo_uri("query"))
    views, entries = await _read_topics(stack, prefix, generation)
    database_views, database_entries, counters = await query_database(stack.mongo_uri("query"), generation)
    own_views, own_entries = await projector_database(stack.mongo_uri("projector"), generation)
    counted_topic = of_generation(STATS, generation)
    stats = [json.loads(value) for value in newest(await read_topic(stack.kafka, counted_topic, prefix)).values()]
    tickets, customers = _asked_for(history, stored)
    async with httpx2.AsyncClient(base_url=stack.urls["query-service"], timeout=_HTTP_LIMIT_S) as http:
        answers = Answers(http)
        served = [await answers.export(), await answers.pages(tickets), await answers.lists(customers)]
        timelines = await answers.timelines(tickets)
        counted = await answers.counts({record.event.occurred_at[:10] for record in log})
    return EndState(
        stored=stored,
        log=log,
        views=[views, *served, database_views, own_views],
        entries=[entries, timelines, database_entries, own_entries],
        counts={
            STATS.name: counts_of_records(stats),
            QUERY_DATABASE: counts_of_records(counters),
            "the dashboard": counted,
        },
        offsets={
            STATS.name: {record["partition"]: record["offset"] for record in stats},
            QUERY_DATABASE: {record["partition"]: record["offset"] for record in counters},
        },
        asides=asides,
    )


async def _read_topics(stack: Servers, prefix: str, generation: int) -> tuple[Views, Entries]:
    async def read(topic: Topic) -> list[Json]:
        records = await read_topic(stack.kafka, of_generation(topic, generation), prefix)
        return [json.loads(value) for value in newest(records).values()]

    views, entries = await read(VIEWS), await read(TIMELINE)
    return Views(VIEWS.name, TOPIC_FIELDS, views), Entries(TIMELINE.name, TOPIC_ENTRY_FIELDS, entries)


def _asked_for(history: History, stored: list[Event]) -> tuple[set[str], set[str]]:
    """Return the tickets and the customers that the history is about."""
    keys = {command.key for command in history.commands}
    made = {event.ticket for event in stored if event.key in keys}
    named = {command.ticket for command in history.commands if command.ticket is not None}
    customers = {c.data["customer_id"] for c in history.commands if c.type == "CreateTicket"}
    theirs = {written.ticket for written in history.written}
    return made | named | theirs, customers | {w.customer for w in history.written if w.customer is not None}
