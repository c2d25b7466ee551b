"""The library calls that make something durable: what a step between two of them is made of."""

from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

COMMIT_TRANSACTION = "commit_transaction"

DURABLE: dict[type[Any], frozenset[str]] = {
    AsyncCollection: frozenset({
        "insert_one", "insert_many", "update_one", "update_many", "replace_one", "delete_one", "delete_many",
        "find_one_and_update", "find_one_and_replace", "find_one_and_delete", "bulk_write", "create_index",
        "create_indexes", "drop_index", "drop_indexes", "drop", "rename",
    }),
    AsyncDatabase: frozenset({"create_collection", "drop_collection"}),
    AsyncMongoClient: frozenset({"bulk_write", "drop_database"}),
    AsyncClientSession: frozenset({COMMIT_TRANSACTION}),
    AIOKafkaProducer: frozenset({"send", "send_batch", "send_and_wait", COMMIT_TRANSACTION}),
    AIOKafkaConsumer: frozenset({"commit"}),
    AIOKafkaAdminClient: frozenset({
        "create_topics", "create_partitions", "alter_configs", "delete_topics", "delete_records",
    }),
}  # fmt: skip
"""By class. An aborted transaction leaves nothing behind, so `abort_transaction` is none of them."""

COMMAND = "command"
DURABLE_COMMANDS = frozenset({"drop"})
"""What `AsyncDatabase.command` makes durable; the step has the command's name."""

IN_SOURCE = {
    "start_transaction": COMMIT_TRANSACTION,
    "with_transaction": COMMIT_TRANSACTION,
    "transaction": "commit_transaction",
}
"""What a source says where the library then commits by itself."""

LIBRARIES = ("pymongo", "aiokafka")


def name_of(method: str, arguments: tuple[Any, ...]) -> str | None:
    """Return what a step calls a call of one of these methods; None where a command makes nothing durable."""
    if method != COMMAND:
        return method
    asked = arguments[0]
    return asked if isinstance(asked, str) and asked in DURABLE_COMMANDS else None


def subject_of(receiver: object, method: str, arguments: tuple[Any, ...]) -> str:
    """Return what a call works on: the collection's or topic's name, "" where it names none."""
    if isinstance(receiver, AsyncCollection):
        return str(receiver.name)
    if isinstance(receiver, AsyncDatabase):
        return str(arguments[1 if method == COMMAND else 0])
    if isinstance(receiver, AIOKafkaProducer):
        return str(arguments[1] if method == "send_batch" else arguments[0])
    return ""
