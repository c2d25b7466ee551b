"""A list that fills the one page that is recorded: what is not on it may be on the next."""

from dataclasses import replace

from tests.chaos import sound_run as run
from tests.chaos.checker.judge import judge
from tests.chaos.checker.violations import Kind
from tests.chaos.history import PAGE, Read, Subject
from tests.chaos.sound_run import TWO, read, view


def found(seen: Read) -> set[Kind]:
    """Return what is wrong with a run with one more read."""
    history = run.history()
    return {v.kind for v in judge(replace(history, reads=[*history.reads, seen]), run.end_state())}


def test_only_a_list_that_could_have_held_the_ticket_is_older_than_its_token() -> None:
    full = read(Subject.LIST, 1, *[view(TWO)] * PAGE)
    assert found(full) == set()
    assert found(replace(full, documents=full.documents[1:])) == {Kind.STALE_UNDER_TOKEN}
