"""The folder of pacts: every one is stated by a test of its consumer, and a stale one says how to write it anew."""

from pathlib import Path

import pytest
from pact import match

from tests.support.pacts import files
from tests.support.pacts.consumer import check_committed
from tests.support.pacts.contract import Contract, MessageNeed, State
from tests.support.pacts.files import FOLDER, ROOT, PactFile, committed
from tests.support.pacts.report import BrokenContract

pytestmark = pytest.mark.contract

HOMES = {"ticket-client": "client"}
"""Where a consumer lives whose name is not that of its folder."""


def home(team: str) -> Path:
    """Return a team's folder."""
    return ROOT / HOMES.get(team, team)


def states(pact: PactFile, module: Path) -> bool:
    """Say whether a module of tests speaks of a pact."""
    text = module.read_text()
    return all(f'"{word}"' in text for word in (pact.consumer, pact.provider, pact.about))


@pytest.mark.parametrize("pact", committed(), ids=lambda pact: pact.path.stem)
def test_a_test_of_the_consumer_states_it(pact: PactFile) -> None:
    modules = (home(pact.consumer) / "tests" / "contracts").glob("test_needs_*.py")
    assert any(states(pact, module) for module in modules), f"no test states {pact.name}: remove it"


@pytest.mark.parametrize("provider", sorted({pact.provider for pact in committed()}))
def test_the_provider_verifies_what_names_it(provider: str) -> None:
    assert (
        f'committed(provider="{provider}")' in (home(provider) / "tests" / "contracts" / "test_promises.py").read_text()
    )


def a_contract(status: str) -> Contract[MessageNeed]:
    """Return a contract of which one word is free."""
    need = MessageNeed("a thing", State("there is one"), {"status": status, "name": match.string("n")})
    return Contract("query-service", "projector-service", "tickets.things.v1", (need,))


def test_a_pact_that_is_not_what_the_tests_say_tells_how_to_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    check_committed(a_contract("open"), write=True)
    check_committed(a_contract("open"), write=False)
    with pytest.raises(BrokenContract) as raised:
        check_committed(a_contract("closed"), write=False)
    first, second, third, *changes = str(raised.value).splitlines()
    assert first == (
        "pacts/query-service--projector-service--tickets.things.v1.json is not what query-service, by its tests, needs "
        "of projector-service."
    )
    assert second == "  Write it with: make pacts SERVICE=query-service"
    assert third == "  Then the build of projector-service judges whether it is given: make test-contracts"
    assert '-          "status": "open"' in changes
    assert '+          "status": "closed"' in changes


def test_there_are_pacts() -> None:
    assert len(list(FOLDER.glob("*.json"))) == len(committed()) > 0
