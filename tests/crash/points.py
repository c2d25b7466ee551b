"""The crash points: for every step, where a process is stopped, and when in its life.

A new step needs a line here; README.md beside this file says how.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tests.crash.orders import Moment, Order
from tests.crash.steps import Step, step

BEFORE, HALF, AFTER = Moment.BEFORE, Moment.HALF, Moment.AFTER


class Life(StrEnum):
    """When in the life of a deployment the order is given."""

    AT_WORK = "at work"
    FIRST_START = "first start"
    START = "start"
    STOP = "stop"
    BACKLOG = "backlog"
    """The relay's first start over a store that holds events already."""
    OTHER_FORM = "other form"
    """The query service's start on a database of another form."""


@dataclass(frozen=True)
class Point:
    """One place to stop a service at."""

    order: Order
    life: Life

    @property
    def service(self) -> str:
        """The service that the step belongs to."""
        return self.order.step.module.partition(".")[0].replace("_", "-")

    def __str__(self) -> str:
        order, found = self.order, self.order.step
        where = f"{found.module.rpartition('.')[2]}.{found.function}.{found.method}"
        which = f"{order.subject}#{order.nth}" if order.nth > 1 else order.subject
        when = "" if self.life is Life.AT_WORK else self.life
        return "-".join(filter(None, (where, which, order.moment, when))).replace(" ", "-")


def _at(text: str, *moments: Moment, life: Life = Life.AT_WORK, subject: str = "", nth: int = 1) -> Iterator[Point]:
    for moment in moments:
        yield Point(Order(step(text), moment, subject, nth), life)


_EVENTS = "command_service.adapters.event_store:MongoEventStore"
_EVENT_INDEXES = "command_service.adapters.event_store:make_indexes:create_indexes"
_KEYS = "command_service.adapters.text_keys:MongoTextKeys"
_LEASE = "command_service.leasing.lease:Lease"
_RELAY = "command_service.relay"

COMMAND = (
    *_at("command_service.adapters.text_keys:make_index:create_index", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_KEYS}._make:insert_many", BEFORE, HALF, AFTER),
    *_at(_EVENT_INDEXES, BEFORE, HALF, AFTER, life=Life.FIRST_START),
    *_at(f"{_EVENTS}._insert:insert_many", BEFORE, HALF, AFTER),
    *_at(f"{_LEASE}._is_new:insert_one", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_LEASE}._update:find_one_and_update", BEFORE, AFTER, life=Life.START),
    *_at(f"{_LEASE}._update:find_one_and_update", AFTER),
    *_at(f"{_LEASE}.release:update_one", BEFORE, AFTER, life=Life.STOP),
    *_at(f"{_RELAY}.record:RelayRecords.store_id:find_one_and_update", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_RELAY}.record:RelayRecords.note_verdict:update_one", BEFORE, AFTER, life=Life.START),
    *_at(f"{_RELAY}.publisher:Publisher._send_missing_keys:send", BEFORE, AFTER),
    *_at(f"{_RELAY}.publisher:Publisher._send:send_batch", BEFORE, AFTER),
    *_at(f"{_RELAY}.publisher:Publisher._send:send_batch", AFTER, life=Life.BACKLOG),
    *_at(f"{_RELAY}.record:RelayRecords.save:update_one", BEFORE, AFTER),
    *_at(f"{_RELAY}.watermarks:send_round:send", BEFORE, AFTER, nth=6),
)

_STORE = "projector_service.adapters.mongo_store:MongoReadStore"
_TOPICS = "projector_service.adapters.kafka_topics:KafkaReadTopics"
_NEWER = "projector_service.adapters.newer:_write:bulk_write"

_GENERATIONS = "projector_service.adapters.mongo_generations:MongoGenerations"
_NOTICES = "projector_service.adapters.kafka_notices:tell_readers:send_and_wait"

PROJECTOR = (
    *_at(f"{_GENERATIONS}.prepare:create_index", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_GENERATIONS}.prepare:update_one", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(_NOTICES, BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_STORE}._create:create_collection", BEFORE, AFTER, life=Life.FIRST_START, nth=3),
    *_at(f"{_STORE}.prepare:create_index", BEFORE, AFTER, life=Life.FIRST_START, subject="parked_events"),
    *_at(f"{_STORE}.prepare:create_index", AFTER, life=Life.FIRST_START, subject="timeline"),
    *_at(f"{_STORE}.prepare:create_index", AFTER, life=Life.FIRST_START, subject="drops"),
    *_at(_NEWER, BEFORE, AFTER, subject="text_keys"),
    *_at("projector_service.adapters.text_keys:KafkaTextKeys._take:bulk_write", AFTER),
    *_at(f"{_STORE}._guarded:bulk_write", AFTER, subject="stats"),
    *_at(f"{_STORE}._guarded:bulk_write", HALF, AFTER, subject="views"),
    *_at(f"{_STORE}._store:insert_many", HALF, AFTER, subject="timeline"),
    *_at(f"{_STORE}._store:insert_many", AFTER, subject="drops"),
    *_at(f"{_STORE}._store_parking:bulk_write", AFTER, subject="parked_events"),
    *_at(f"{_STORE}._store_parking:bulk_write", AFTER, subject="parked_events", nth=2),
    *_at(f"{_STORE}._store_parking:bulk_write", AFTER, subject="parked_tickets"),
    *_at(f"{_STORE}._store_parking:bulk_write", AFTER, subject="parked_tickets", nth=2),
    *_at(f"{_STORE}.commit:commit_transaction", BEFORE, AFTER),
    *_at(f"{_STORE}.commit:commit_transaction", AFTER, nth=2),
    *_at("projector_service.adapters.consumer:GroupConsumer.commit:commit", BEFORE, AFTER),
    *_at(f"{_TOPICS}._send:send_batch", BEFORE, AFTER, subject="views.v1"),
    *_at(f"{_TOPICS}._send:send_batch", AFTER, subject="timeline.v1"),
    *_at(f"{_TOPICS}._send:send_batch", BEFORE, AFTER, subject="stats.v1"),
    *_at(f"{_TOPICS}._send_dead_letter:send_and_wait", BEFORE, AFTER),
    *_at(_NEWER, BEFORE, HALF, AFTER, subject="positions"),
)

_READ_MODEL = "query_service.adapters.newer:_write:bulk_write"
_FILLING = "query_service.adapters.newer:add_or_write_if_newer:insert_many"
_WRITER = "query_service.adapters.mongo_writer:MongoWriter"
_FORM = "query_service.adapters.mongo_form:discard_other_forms"
_DROP = "query_service.adapters.mongo_form:_drop:drop"
_INDEXES = "query_service.adapters.mongo_schema:index_for_ingest:create_indexes"
_LIST_INDEXES = "query_service.adapters.mongo_schema:_index_for_lists:create_indexes"
_SEARCH_INDEX = "query_service.adapters.mongo_schema:_index_for_searches:create_indexes"
_FILL = "query_service.adapters.mongo_progress:MongoFirstFill"

QUERY = (
    *_at("query_service.adapters.mongo_serving:MongoServing.begin:insert_one", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_FORM}:update_one", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(_INDEXES, AFTER, life=Life.FIRST_START, subject="tickets"),
    *_at(_INDEXES, AFTER, life=Life.FIRST_START, subject="timeline"),
    *_at(_LIST_INDEXES, BEFORE, HALF, AFTER, life=Life.FIRST_START),
    *_at(_LIST_INDEXES, BEFORE, AFTER, life=Life.FIRST_START, nth=3),
    *_at(_SEARCH_INDEX, BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_FILL}.documents_are_in:update_one", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_FILL}.begin:update_one", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(f"{_FILL}.is_complete:update_one", BEFORE, AFTER, life=Life.FIRST_START),
    *_at(_DROP, BEFORE, life=Life.OTHER_FORM, subject="positions"),
    *_at(_DROP, AFTER, life=Life.OTHER_FORM, subject="first_fill"),
    *_at(_DROP, AFTER, life=Life.OTHER_FORM, subject="tickets"),
    *_at(f"{_FORM}:update_one", BEFORE, AFTER, life=Life.OTHER_FORM),
    *_at(_FILLING, BEFORE, HALF, AFTER, life=Life.OTHER_FORM, subject="tickets"),
    *_at(_READ_MODEL, BEFORE, HALF, AFTER, subject="tickets"),
    *_at(f"{_WRITER}.write_timeline:insert_many", HALF, AFTER),
    *_at(f"{_WRITER}.drop_timelines:delete_many", BEFORE, AFTER),
    *_at(_READ_MODEL, BEFORE, AFTER, subject="counters"),
    *_at(f"{_WRITER}.quarantine:insert_many", BEFORE, AFTER),
    *_at(f"{_WRITER}.save_progress:bulk_write", BEFORE, HALF, AFTER),
    *_at("query_service.adapters.kafka_lag:ToldGroup.tell:commit", BEFORE, AFTER),
)

POINTS = (*COMMAND, *PROJECTOR, *QUERY)

TOPICS_TOOL = step("ticket_chassis.topics:_create:create_topics")
"""A tool rather than a service: it has a test of its own."""

_MEMORY = "a cache in memory forgets"
_OURS = "calls a function of ours; the durable call in it is a step of its own"

_RESTORE = "an operator's command rather than a service; command-service/tests/test_restore.py kills it midway"
_REPUBLICATION = "only where Kafka's log is gone; command-service/tests/test_log_gone.py interrupts what follows"
_REQUEST = "the one effect of an operator's command, which says so when it is done; nothing stands between two"
_REBUILD = "an operator's command rather than a service; projector-service/tests/test_rebuild_interrupted.py stops it"
_HALT = "a message for operators, given again at the next look at the generations"
_SWITCH = "only where the generation changes; query-service/tests/test_generations.py stops it there"
_SERVING = "query_service.adapters.mongo_serving:MongoServing"

NOT_DURABLE: dict[Step, str] = {
    step("command_service.execution.handler:CommandHandler._append:drop"): _MEMORY,
    step("command_service.execution.handler:CommandHandler._in_hand:drop"): _MEMORY,
    step("command_service.execution.tickets:TicketCache.__init__:drop"): _MEMORY,
    step("command_service.execution.tickets:TicketCache.load:drop"): _MEMORY,
    step("command_service.recovery.restoration:Restoration._put_back_keys:insert_many"): _RESTORE,
    step("command_service.recovery.restoration:Restoration._take:insert_many"): _RESTORE,
    step("command_service.relay.record:RelayRecords.adopt:update_one"): _RESTORE,
    step("command_service.relay.record:RelayRecords.ask_republication:update_one"): _REPUBLICATION,
    step("ticket_chassis.kafka_admin:KafkaAdmin.delete_topics:delete_topics"): _REBUILD,
    step(f"{_GENERATIONS}.begin:insert_one"): _REBUILD,
    step(f"{_GENERATIONS}.move:update_one"): _REBUILD,
    step(f"{_GENERATIONS}.cut_over:commit_transaction"): _REBUILD,
    step(f"{_GENERATIONS}.cut_over:update_one"): _REBUILD,
    step(f"{_GENERATIONS}.note_halt:update_one"): _HALT,
    step("projector_service.rebuild.remove:_remove:delete_topics"): _REBUILD,
    step("projector_service.rebuild.start:_give_up:delete_topics"): _REBUILD,
    step("projector_service.rebuild.remove:_remove:drop_collection"): _REBUILD,
    step("query_service.adapters.mongo_schema:drop_generation:drop_collection"): _SWITCH,
    step(f"{_SERVING}.switch:update_one"): _SWITCH,
    step(f"{_SERVING}.forget_before:update_one"): _SWITCH,
    step(f"{_SERVING}.forget_before:delete_many"): _SWITCH,
    step(f"{_SERVING}.note_use:update_one"): _SWITCH,
    step("projector_service.adapters.control_log:ControlLog.write:send_and_wait"): _REQUEST,
    step("projector_service.adapters.consumer:GroupConsumer.owned_since:commit"): _OURS,
    step("projector_service.adapters.consumer:GroupConsumer.report:commit"): _OURS,
    step("projector_service.projections.project_batch:Projector._apply:commit"): _OURS,
    step("projector_service.adapters.topic_identity:topic_id:send"): "a question to the broker",
}
"""Calls that only have a durable one's name, or are made by no service at work, each with the reason."""
