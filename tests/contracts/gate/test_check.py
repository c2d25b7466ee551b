"""The gate on a repository: which revisions it compares, what it lets pass of each sort of contract, what it says."""

from pathlib import Path

import pytest

from gate import layout
from gate.__main__ import main
from gate.report import lines_of
from gate.revisions import RevisionError
from gate.verdicts import Order
from tests.contracts.gate.repository import (
    DOCUMENT,
    EVENT,
    LOG,
    NEXT_EVENT,
    SAMPLE,
    SCHEMA,
    VIEWS,
    Repository,
    new_repository,
)
from ticket_contracts.events import EVENT_BY_TYPE

pytestmark = pytest.mark.contract


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository whose next version is begun, so that contracts may change."""
    made = new_repository(tmp_path)
    made.version("1.1.0")
    return made


def refused(repository: Repository, revision: str = "base") -> list[tuple[str, str]]:
    """Return contract and change of all that may not pass."""
    return [(finding.contract, finding.what) for finding in repository.judge(revision).refused]


def test_nothing_changed_is_nothing_said(repository: Repository) -> None:
    assert list(lines_of(repository.judge())) == ["0 changes, 0 refused"]


def test_a_change_is_named_with_place_victims_and_way_out(repository: Repository) -> None:
    repository.change(EVENT, "properties", "subject", "maxLength", to=200)
    assert list(lines_of(repository.judge())) == [
        EVENT,
        "  subject: maxLength 300 -> 200 [REFUSED]",
        "      breaking, consumer first: new readers meet old messages that they cannot read, or read wrongly",
        (
            "      instead: leave the contract's limit as it is and hold the narrower one where the value is made; "
            "or publish Opened.v2 with an upcaster from v1"
        ),
        "1 changes, 1 refused",
    ]


def test_a_compatible_change_passes_in_any_order(repository: Repository) -> None:
    repository.change(EVENT, "properties", "extra", to={"type": "string"})
    repository.change(DOCUMENT, "properties", "extra", to={"type": "string"})
    assert list(lines_of(repository.judge())) == [
        DOCUMENT,
        "  extra: optional field added [passes, either side first]",
        EVENT,
        "  extra: optional field added [passes, either side first]",
        "2 changes, 0 refused",
        "order of deployment: either side first",
    ]


def test_a_new_type_passes_with_consumers_first(repository: Repository) -> None:
    repository.write(NEXT_EVENT, SCHEMA)
    repository.change(layout.TOPICS, LOG, "types", to=["Opened.v1", "Opened.v2"])
    judgement = repository.judge()
    assert (judgement.refused, judgement.order) == ([], Order.CONSUMERS)


def test_a_version_is_never_taken_away(repository: Repository) -> None:
    (repository.root / EVENT).unlink()
    assert refused(repository) == [(EVENT, "schema of a published version removed")]


def test_a_version_that_another_followed_stays_as_it_is(repository: Repository) -> None:
    repository.write(NEXT_EVENT, SCHEMA)
    repository.commit()
    repository.change(EVENT, "properties", "extra", to={"type": "string"})
    assert refused(repository, "HEAD") == [
        (EVENT, "a version that v2 has followed was changed"),
        (layout.PACKAGE, "still 1.1.0, though contracts have changed"),
    ]


def test_a_change_without_a_new_version_of_the_package_is_refused(repository: Repository) -> None:
    repository.version("1.0.0")
    repository.change(EVENT, "properties", "extra", to={"type": "string"})
    assert refused(repository) == [(layout.PACKAGE, "still 1.0.0, though contracts have changed")]


@pytest.mark.parametrize("version", ["0.9.9", "1.0.0rc1"])
def test_a_version_of_the_package_is_raised_and_not_lowered(repository: Repository, version: str) -> None:
    repository.version(version)
    repository.change(EVENT, "properties", "extra", to={"type": "string"})
    assert refused(repository) == [(layout.PACKAGE, f"{version} after 1.0.0")]


def test_models_that_are_not_what_the_files_say_are_no_judgement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(EVENT_BY_TYPE, "tickets.TicketClosed.v1")
    assert main(["check", "HEAD"]) == 1
    assert "TicketClosed.v1.json has neither a model nor an upcaster" in capsys.readouterr().err


def test_every_published_version_is_compared_with(repository: Repository) -> None:
    # Somebody got a broken 1.1.0 past the gate: from then on the two published forms bind.
    repository.change(EVENT, "properties", "subject", "maxLength", to=200)
    repository.commit("1.1.0")
    repository.version("1.2.0")
    repository.commit("1.2.0")
    repository.version("1.3.0")
    repository.change(EVENT, "properties", "extra", to={"type": "string"})
    assert refused(repository, "HEAD") == [(EVENT, "against version 1.0.0: maxLength 300 -> 200")]


def test_a_name_that_once_meant_another_thing_is_not_free(repository: Repository) -> None:
    repository.change(DOCUMENT, "properties", to={"subject": SCHEMA["properties"]["subject"]})  # type: ignore[index]
    repository.commit("note is gone, whatever the gate said")
    repository.version("1.2.0")
    repository.change(DOCUMENT, "properties", "note", to={"type": "integer"})
    assert (DOCUMENT, "against version 1.0.0: string -> integer") in refused(repository, "HEAD")


def test_a_document_is_not_compared_with_what_was_before_its_topic_was_rewritten(repository: Repository) -> None:
    repository.change(DOCUMENT, "properties", to={"subject": SCHEMA["properties"]["subject"]})  # type: ignore[index]
    repository.change(layout.TOPICS, VIEWS, "rewrite", to=2)
    repository.commit("1.1.0")
    repository.version("1.2.0")
    repository.change(DOCUMENT, "properties", "note", to={"type": "integer"})
    assert refused(repository, "HEAD") == []


def test_a_breaking_change_of_a_document_is_refused_without_a_rewrite(repository: Repository) -> None:
    repository.change(DOCUMENT, "properties", "note", to={"type": ["string", "null"], "default": ""})
    [finding] = repository.judge().refused
    assert (finding.path, finding.what, finding.order) == ("note", "also null", Order.CONSUMERS)
    assert finding.instead.endswith("raise `rewrite` of views.v1 and roll it out with a rebuild: consumers first")


def test_a_rewrite_lets_a_document_change_in_one_order(repository: Repository) -> None:
    repository.change(DOCUMENT, "properties", "note", to={"type": ["string", "null"], "default": ""})
    repository.change(layout.TOPICS, VIEWS, "rewrite", to=2)
    judgement = repository.judge()
    assert (judgement.refused, judgement.order) == ([], Order.CONSUMERS)


def test_a_rewrite_does_not_help_where_no_order_works(repository: Repository) -> None:
    repository.change(DOCUMENT, "properties", "subject", to={"type": "integer"})
    repository.change(layout.TOPICS, VIEWS, "rewrite", to=2)
    [finding] = repository.judge().refused
    assert finding.instead.endswith("make a new topic beside views.v1, and retire that one when nobody reads it")


def test_a_sample_is_never_changed_or_removed_and_always_welcome(repository: Repository) -> None:
    repository.write(SAMPLE.replace("smallest", "oddest"), {"subject": "\u2028"})
    assert refused(repository) == []
    repository.write(SAMPLE, {"subject": "y"})
    assert refused(repository) == [(SAMPLE, "sample changed")]
    (repository.root / SAMPLE).unlink()
    assert refused(repository) == [(SAMPLE, "sample removed")]


def test_what_came_to_the_base_since_is_not_judged(repository: Repository) -> None:
    repository.git("switch", "-qc", "side")
    repository.git("switch", "-q", "main")
    repository.write(NEXT_EVENT, SCHEMA)
    repository.commit("main goes on")
    repository.git("switch", "-q", "side")
    assert refused(repository, "main") == []


def test_an_unknown_revision_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "no-such-revision"]) == 2
    said = "cannot judge: there is no revision no-such-revision here: git fetch, or name another by BASE=\n"
    assert capsys.readouterr().err == said


def test_a_history_that_was_cut_off_is_not_taken_for_the_whole(repository: Repository, tmp_path: Path) -> None:
    repository.commit()
    shallow = Repository(tmp_path / "shallow")
    repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(shallow.root))
    with pytest.raises(RevisionError, match="git fetch --unshallow"):
        shallow.judge("HEAD")
