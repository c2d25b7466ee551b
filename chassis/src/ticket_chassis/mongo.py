"""A client of the service's own MongoDB: every call has a time limit, every write is durable before it answers."""

from typing import Any

from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError
from pymongo.monitoring import ServerHeartbeatListener

from ticket_chassis.mongo_waiting import mend_waiting
from ticket_chassis.settings import ServiceSettings

Document = dict[str, Any]

CALL_LIMIT_MS = 5_000
CONNECT_LIMIT_MS = 2_000


def connect(settings: ServiceSettings, *listeners: ServerHeartbeatListener) -> AsyncMongoClient[Document]:
    """Return a client that connects at its first call, and tells the listeners. Times come back aware, in UTC.

    A call fails after 5 s (pymongo's `timeoutMS`), which is also how long it looks for a server that is away: that
    limit takes the place of `serverSelectionTimeoutMS` wherever it applies.
    """
    mend_waiting()
    return AsyncMongoClient(
        settings.mongo_uri.get_secret_value(),
        appname=settings.mongo_database,
        tz_aware=True,
        timeoutMS=CALL_LIMIT_MS,
        connectTimeoutMS=CONNECT_LIMIT_MS,
        serverSelectionTimeoutMS=CONNECT_LIMIT_MS,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        event_listeners=listeners,
    )


def database(client: AsyncMongoClient[Document], settings: ServiceSettings) -> AsyncDatabase[Document]:
    """Return the service's own database."""
    return client.get_database(settings.mongo_database, codec_options=CodecOptions(tz_aware=True))


def refusals(error: BulkWriteError) -> list[int]:
    """Return the codes of all that failed, and nothing of what was to be written.

    To be told instead of the error, whose text quotes that, keys and texts of people too, and would take it into the
    log.
    """
    failed = error.details.get("writeErrors", []) + error.details.get("writeConcernErrors", [])
    return [each["code"] for each in failed]


async def ping(client: AsyncMongoClient[Document]) -> None:
    """Return when the server answers as a writable primary; raises otherwise."""
    hello = await client.admin.command("hello")
    if not hello.get("isWritablePrimary"):
        raise ConnectionError("MongoDB answers, but has no primary")
