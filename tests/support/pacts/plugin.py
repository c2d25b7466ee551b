"""`--write-pacts` for the tests that compare committed pacts, and no word to anybody that Pact is in use."""

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.pacts.consumer import Check


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --write-pacts."""
    parser.addoption("--write-pacts", action="store_true", help="write pacts/ as the consumers' tests say")


def pytest_configure() -> None:
    """Before Pact is used: it reports its users to its makers over the network unless this is set."""
    os.environ["PACT_DO_NOT_TRACK"] = "true"


@pytest.fixture
def committed_pact(request: pytest.FixtureRequest) -> "Check":
    """Return the comparison of a contract with its committed pact; with --write-pacts it writes that."""
    # Here, so that tests that have nothing to do with contracts do without the library.
    from tests.support.pacts.consumer import check_committed

    write: bool = request.config.getoption("--write-pacts")
    return lambda contract: check_committed(contract, write=write)
