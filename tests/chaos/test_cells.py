"""The matrix: schedules that a seed reproduces, cells for every component."""

import pytest

from devstack.project import COMPONENTS
from tests.chaos.cells import CELLS, SHORT, planned
from tests.chaos.faults.fault import LEASE_S, SESSION_TIMEOUT_S
from tests.chaos.faults.network import MODES, Cut
from tests.chaos.faults.processes import Freeze
from tests.chaos.rig.links import LINKS
from tests.chaos.rig.needs import Need


@pytest.mark.parametrize("cell", CELLS)
def test_a_seed_reproduces_the_schedule(cell: str) -> None:
    assert planned(cell, "7") == planned(cell, "7")
    if planned(cell, "7").faults:
        assert planned(cell, "7").faults != planned(cell, "8").faults


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_is_killed_and_frozen(component: str) -> None:
    for action in ("kill", "freeze"):
        faults = planned(f"{action}-{component}", "7").faults
        assert {fault.what.startswith(f"{action} {component}") for fault in faults} == {True}


@pytest.mark.parametrize(
    ("component", "limit"), [("command-service", LEASE_S), ("projector-service", SESSION_TIMEOUT_S)]
)
def test_freezing_outlasts_leases_and_sessions(component: str, limit: float) -> None:
    for seed in map(str, range(20)):
        (fault,) = planned(f"freeze-{component}", seed).faults
        assert isinstance(fault, Freeze)
        assert fault.length > limit


def test_the_short_run_has_one_fault_a_cell() -> None:
    assert [len(planned(cell, "7", most=1).faults) for cell in SHORT] == [1] * len(SHORT)


@pytest.mark.parametrize("link", LINKS)
def test_every_link_is_cut_in_several_ways(link: str) -> None:
    faults = planned(f"cut-{link}", "7").faults
    assert len({fault.what.split(" for ")[0] for fault in faults}) == len(faults) == 3
    assert all(fault.what.startswith(link) for fault in faults)


def test_every_way_to_cut_a_link_comes_up() -> None:
    cut = [fault for seed in range(20) for fault in planned("cut-query--kafka", str(seed)).faults]
    assert {fault.mode for fault in cut if isinstance(fault, Cut)} == set(MODES)


def test_a_cell_says_what_it_needs() -> None:
    assert planned("calm", "7").needs == frozenset()
    assert planned("cut-query--kafka", "7").needs == {Need.PROXIES}
    assert planned("disk-full-mongo-query", "7").needs == {Need.PROCESSES, Need.SMALL_DISKS}
