"""What this service really publishes is what its consumers need: each committed pact that names it is verified."""

import pytest

from tests.support.pacts.files import PactFile, committed
from tests.support.pacts.verification import verify_messages
from tests.support.pacts.words import TICKET
from tests.support.projector_provider import ASKED, states_on

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("pact", committed(provider="projector-service"), ids=lambda pact: pact.path.stem)
async def test_consumers_get_what_they_need(pact: PactFile) -> None:
    await verify_messages(pact, states_on(pact.about))


@pytest.mark.parametrize("asked", ASKED)
async def test_an_operators_message_does_not_pass_for_one_of_the_relays(asked: str) -> None:
    # All that the command service needs of it, which looks for events that it lost. Pact cannot ask for absence.
    record = await states_on("tickets.events.v1")[asked](ticket_id=TICKET)
    assert record.header("store") is None
