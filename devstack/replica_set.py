"""First start of a MongoDB server: a replica set of one, its root user, its service's user."""

from collections.abc import Sequence
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from devstack.mongod import REPLICA_SET
from devstack.ports import HOST
from devstack.waiting import wait_until

_START_LIMIT_S = 60.0
_SELECTION_MS = 1000
_ALREADY_INITIALIZED = 23
_AUTHENTICATION_FAILED = 18
_USER_EXISTS = 51003

Client = MongoClient[dict[str, Any]]


def initiate(port: int) -> None:
    """Make the server on `port` the primary of a replica set of its own.

    May be repeated. Raises StackError when the server does not become primary in time.
    """
    with _connect(port) as client:
        wait_until(lambda: _answers(client), seconds=_START_LIMIT_S, what=f"MongoDB answers on port {port}")
        if not client.admin.command("hello").get("setName"):
            _initiate(client, port)
        wait_until(lambda: _is_primary(client), seconds=_START_LIMIT_S, what=f"MongoDB on port {port} is primary")


def ensure_root(port: int, password: str) -> None:
    """Create the user root on a new server; MongoDB allows that once, from the same machine, without a user."""
    with _connect(port) as client:
        try:
            client.admin.command("createUser", "root", pwd=password, roles=["root"])
        except OperationFailure as error:
            # Refused: the exception for a server without users is over, so root exists.
            if error.code not in {13, _USER_EXISTS}:
                raise


def ensure_user(root_uri: str, database: str, user: str, password: str, roles: Sequence[str]) -> None:
    """Let `user` do what `roles` may on `database`, and nothing elsewhere, with this password from now on."""
    access: dict[str, Any] = {"pwd": password, "roles": [{"role": role, "db": database} for role in roles]}
    client: Client
    with MongoClient(root_uri) as client:
        try:
            client[database].command("createUser", user, **access)
        except OperationFailure as error:
            if error.code != _USER_EXISTS:
                raise
            client[database].command("updateUser", user, **access)


def _connect(port: int) -> Client:
    return MongoClient(HOST, port, directConnection=True, serverSelectionTimeoutMS=_SELECTION_MS)


def _answers(client: Client) -> bool:
    try:
        client.admin.command("ping")
    except ConnectionFailure:
        return False
    return True


def _initiate(client: Client, port: int) -> None:
    members = [{"_id": 0, "host": f"{HOST}:{port}"}]
    try:
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
    except OperationFailure as error:
        # Refused: initiated in an earlier start and still reading its settings.
        if error.code not in {13, _ALREADY_INITIALIZED}:
            raise


def _is_primary(client: Client) -> bool:
    try:
        return bool(client.admin.command("hello")["isWritablePrimary"])
    except ConnectionFailure:
        return False
