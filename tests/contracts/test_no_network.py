"""A contract test that reaches for another machine, or asks for a server, fails."""

import asyncio
import socket

import pytest

from tests.support.no_network import NoNetwork, pytest_collection_modifyitems

pytestmark = pytest.mark.contract

ELSEWHERE = ("192.0.2.1", 9)
"""An address that is nobody's (RFC 5737)."""


def test_another_machine_is_out_of_reach() -> None:
    with socket.socket() as own, pytest.raises(NoNetwork):
        own.connect(ELSEWHERE)


async def test_another_machine_is_out_of_reach_of_asyncio() -> None:
    with pytest.raises(NoNetwork):
        await asyncio.open_connection(*ELSEWHERE)


def test_this_machine_is_within_reach() -> None:
    with socket.socket() as server, socket.socket() as own:
        server.bind(("127.0.0.1", 0))
        server.listen()
        own.connect(server.getsockname())


def test_a_contract_test_gets_no_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request.node, "fixturenames", ["mongo_uri"])
    with pytest.raises(pytest.UsageError, match="mongo_uri"):
        pytest_collection_modifyitems([request.node])
