"""What this service really publishes and answers is what its consumers need: each pact that names it is verified."""

import pytest

from tests.support.command_provider import api, states_of, states_on
from tests.support.pacts.files import PactFile, committed
from tests.support.pacts.verification import verify_http, verify_messages
from tests.support.served_app import served_app

pytestmark = pytest.mark.contract

ALL = committed(provider="command-service")


@pytest.mark.parametrize("pact", [pact for pact in ALL if pact.about != "http"], ids=lambda pact: pact.path.stem)
async def test_consumers_get_what_they_need(pact: PactFile) -> None:
    await verify_messages(pact, states_on(pact.about))


@pytest.mark.parametrize("pact", [pact for pact in ALL if pact.about == "http"], ids=lambda pact: pact.path.stem)
def test_clients_get_what_they_need(pact: PactFile) -> None:
    with served_app(api()) as url:
        verify_http(pact, url, states_of(url))
