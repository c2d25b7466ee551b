"""What an operator is told to do next."""

import pytest

from projector_service.domain.generations import FORM, Generation, State
from projector_service.rebuild.status import Status
from tests.support.projector import NOON

SERVING = Generation(2, State.SERVING, FORM, NOON)


@pytest.mark.parametrize(("state", "next_step"), [(State.BUILDING, "abort"), (State.RETIRED, "clean")])
def test_who_served_and_once_stopped_is_not_to_be_aborted(state: State, next_step: str) -> None:
    beside = Generation(1, state, FORM, NOON, halted="too much poison")
    assert f"`projector rebuild {next_step}`" in Status(SERVING, beside, [], 0.0, None, {}).next_step
