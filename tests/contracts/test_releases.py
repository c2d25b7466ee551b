"""Former releases of the contracts can be built again, and what a trial says of the order of deployment is right."""

import json
import subprocess
import tomllib
from pathlib import Path

import pytest

from gate.verdicts import Order
from tests.independent.__main__ import NEW, OLD, keeps, safe_order
from tests.independent.messages import histories
from tests.independent.releases import GIT_LIMIT, RELEASES, ROOT, NotHere, Release, numbers, present_version, releases
from tests.independent.trial import Outcome

pytestmark = pytest.mark.contract

ALL = Outcome(3, ())
SOME = Outcome(3, ("one",))
NONE = Outcome(0, ())


def _is_shallow() -> bool:
    command = ["git", "rev-parse", "--is-shallow-repository"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=GIT_LIMIT, check=False)
    return done.stdout.strip() != "false"


needs_history = pytest.mark.skipif(_is_shallow(), reason="former releases are not built: this clone has no history")


def test_releases_come_newest_first_and_before_the_present_version() -> None:
    versions = [numbers(release.version) for release in releases()]
    assert versions == sorted(versions, reverse=True)
    assert versions[0] < numbers(present_version())


def test_every_version_of_the_changelog_but_the_present_one_is_a_release() -> None:
    lines = (ROOT / "contracts" / "CHANGELOG.md").read_text().splitlines()
    told = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert told == [present_version(), *(release.version for release in releases())], (
        f"{RELEASES.name} names for each former version the last commit that had it"
    )


@needs_history
@pytest.mark.parametrize("release", releases(), ids=lambda release: release.version)
def test_a_release_is_the_version_that_it_says(release: Release, tmp_path: Path) -> None:
    project = tomllib.loads((release.extract(tmp_path) / "contracts" / "pyproject.toml").read_text())["project"]
    assert project["version"] == release.version


def test_a_commit_that_is_not_here_is_told_with_what_mends_it(tmp_path: Path) -> None:
    with pytest.raises(NotHere, match="git fetch --unshallow"):
        Release("0.0.1", "0" * 40).extract(tmp_path)


def test_a_history_begins_with_a_creation_and_ends_with_the_sample() -> None:
    found = list(histories())
    assert len({chain[0].key for chain in found}) == len(found)
    for chain in found:
        envelopes = [json.loads(message.value) for message in chain]
        assert envelopes[0]["type"].startswith("tickets.TicketCreated.")
        assert [envelope["ticketversion"] for envelope in envelopes] == list(range(1, len(chain) + 1))


@pytest.mark.parametrize(
    ("old_reads_new", "new_reads_old", "order"),
    [
        (ALL, ALL, Order.ANY),
        (SOME, ALL, Order.CONSUMERS),
        (ALL, SOME, Order.PRODUCERS),
        (SOME, SOME, Order.NONE),
        (NONE, ALL, Order.CONSUMERS),  # nothing written shows nothing
    ],
)
def test_the_safe_order_is_the_one_in_which_all_is_read(
    old_reads_new: Outcome, new_reads_old: Outcome, order: Order
) -> None:
    outcomes = {(OLD, OLD): ALL, (NEW, NEW): ALL, (OLD, NEW): old_reads_new, (NEW, OLD): new_reads_old}
    assert safe_order(outcomes) is order
    assert keeps(order, outcomes) == (order is not Order.NONE)
    assert keeps(Order.ANY, outcomes) == (order is Order.ANY)


def test_a_service_that_does_not_read_itself_keeps_nothing() -> None:
    outcomes = dict.fromkeys([(OLD, OLD), (OLD, NEW), (NEW, OLD)], ALL) | {(NEW, NEW): SOME}
    assert not keeps(Order.CONSUMERS, outcomes)
