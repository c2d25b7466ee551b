"""What this service really publishes is what its consumers need: each committed pact that names it is verified."""

import pytest

from tests.support.pacts.files import PactFile, committed
from tests.support.pacts.verification import verify_messages
from tests.support.projector_provider import states_on

pytestmark = pytest.mark.contract


@pytest.mark.parametrize("pact", committed(provider="projector-service"), ids=lambda pact: pact.path.stem)
async def test_consumers_get_what_they_need(pact: PactFile) -> None:
    await verify_messages(pact, states_on(pact.about))
