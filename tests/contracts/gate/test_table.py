"""What the gate says of each change of the table: nothing breaking passes, nothing compatible is refused."""

import pytest

from gate.changes import breaks_of
from gate.comparison import compare
from gate.verdicts import Finding, Order
from tests.contracts.gate.cases import Case
from tests.contracts.gate.example import EXAMPLE
from tests.contracts.gate.patches import patched
from tests.contracts.gate.table_of_fields import FIELDS, LIMITS
from tests.contracts.gate.table_of_types import TYPES, UNIONS

pytestmark = pytest.mark.contract

CASES = [*FIELDS, *LIMITS, *TYPES, *UNIONS]


def verdict(case: Case, *, kept: bool) -> Order:
    """Return who may go first with the change."""
    changes = compare(EXAMPLE, patched(EXAMPLE, case.patches), kept=kept)
    return Finding("", "", "", breaks_of(changes), refused=False).order


def test_the_table_is_long_enough_and_says_each_thing_once() -> None:
    assert len(CASES) >= 40
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_verdict_is_right(case: Case) -> None:
    assert verdict(case, kept=False) == case.order
    assert verdict(case, kept=True) == (case.kept or case.order)


@pytest.mark.parametrize("case", [case for case in CASES if case.path], ids=lambda case: case.name)
def test_the_place_is_named(case: Case) -> None:
    changes = compare(EXAMPLE, patched(EXAMPLE, case.patches), kept=True)
    assert case.path in {change.path for change in changes}


@pytest.mark.parametrize("case", [*LIMITS, *TYPES], ids=lambda case: case.name)
def test_the_way_back_is_the_mirror(case: Case) -> None:
    # Of fields that come and go it is not: a reader ignores what it does not know.
    back = compare(patched(EXAMPLE, case.patches), EXAMPLE, kept=False)
    mirror = {Order.CONSUMERS: Order.PRODUCERS, Order.PRODUCERS: Order.CONSUMERS}
    assert Finding("", "", "", breaks_of(back), refused=False).order == mirror.get(case.order, case.order)
