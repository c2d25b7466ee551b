"""Tests of contracts run on a laptop in a train: no broker, no database, nothing but this machine's own loopback."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

SERVERS = {"kafka_bootstrap", "mongo_uri", "stack_kind"}


class NoNetwork(AssertionError):
    """A contract test reached for another machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse contract tests that ask for a server."""
    for item in items:
        if item.get_closest_marker("contract") and (asked := SERVERS & set(getattr(item, "fixturenames", ()))):
            raise pytest.UsageError(f"{item.nodeid} is a contract test and asks for {', '.join(sorted(asked))}")


@pytest.fixture(autouse=True)
def _loopback_only(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("contract"):
        monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
        monkeypatch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        monkeypatch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))


def _guarded(connect: Any) -> Any:
    def guarded(own: socket.socket, address: Any) -> Any:
        if own.family != socket.AF_UNIX and not _is_loopback(str(address[0])):
            raise NoNetwork(f"a contract test connects to {address[0]}")
        return connect(own, address)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
