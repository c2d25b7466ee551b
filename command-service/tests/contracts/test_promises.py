"""What this service really publishes is what its consumers need: each committed pact that names it is verified."""

import pytest

from tests.support.command_provider import states_on
from tests.support.pacts.files import PactFile, committed
from tests.support.pacts.verification import verify_messages

pytestmark = pytest.mark.contract

ON_TOPICS = [pact for pact in committed(provider="command-service") if pact.about != "http"]


@pytest.mark.parametrize("pact", ON_TOPICS, ids=lambda pact: pact.path.stem)
async def test_consumers_get_what_they_need(pact: PactFile) -> None:
    await verify_messages(pact, states_on(pact.about))
