"""The matrix: schedules that a seed reproduces, cells for every component."""

import pytest

from devstack.project import COMPONENTS
from tests.chaos.cells import CELLS, SHORT, planned
from tests.chaos.faults import LEASE_S, SESSION_TIMEOUT_S


@pytest.mark.parametrize("cell", CELLS)
def test_a_seed_reproduces_the_schedule(cell: str) -> None:
    assert planned(cell, "7") == planned(cell, "7")
    if planned(cell, "7").faults:
        assert planned(cell, "7").faults != planned(cell, "8").faults


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_is_killed_and_frozen(component: str) -> None:
    for action in ("kill", "freeze"):
        assert {fault.component for fault in planned(f"{action}-{component}", "7").faults} == {component}


def test_freezing_outlasts_leases_and_sessions() -> None:
    for seed in map(str, range(20)):
        assert planned("freeze-command-service", seed).faults[0].length > LEASE_S
        assert planned("freeze-projector-service", seed).faults[0].length > SESSION_TIMEOUT_S


def test_the_short_run_has_one_fault_a_cell() -> None:
    assert [len(planned(cell, "7", most=1).faults) for cell in SHORT] == [1] * len(SHORT)
