"""The catalogue says what the code does: no more, no less, and the committed page is the code's."""

from pathlib import Path

import pytest

from catalog.__main__ import PAGE
from catalog.code import Package, Uses, uses_of
from catalog.files import stale
from catalog.messages import decoders_of, fields_behind, models_of
from catalog.page import page
from catalog.traffic import ROOT, traffic, traffic_of
from ticket_contracts.timeline import TimelineEntry
from ticket_contracts.topics import DEAD_LETTER, TOPICS, Owner
from ticket_contracts.views import TicketView

pytestmark = pytest.mark.contract

READER = """
from ticket_contracts.stats import DayCount
from ticket_contracts.topics import VIEWS, WATERMARKS
from ticket_contracts.views import VIEW_RECORD, ErasedTicket, TicketView
from ticket_contracts.watermarks import Watermark


class Customer:
    preview = "not the view's"


def subject_of(view: TicketView | None) -> str:
    return view.subject if view else Customer().preview


def read(value: bytes, name: str) -> object:
    record = VIEW_RECORD.validate_json(value)
    if isinstance(record, ErasedTicket):
        return record.erased_at
    if isinstance(record, TicketView):
        return subject_of(record), record.guard
    return None


def decoded(value: bytes) -> object:
    return [mark.published for mark in [Watermark.model_validate_json(value)]]


def one_of(day: DayCount, name: str) -> object:
    return getattr(day, name)


def named() -> object:
    return VIEWS, WATERMARKS
"""
STORE = """
from ticket_contracts.views import VIEW_RECORD, TicketView


def load(value: bytes) -> object:
    return VIEW_RECORD.validate_json(value)


def dump(view: TicketView) -> bytes:
    return view.model_dump_json().encode()
"""


@pytest.fixture(scope="module")
def uses(tmp_path_factory: pytest.TempPathFactory) -> Uses:
    """Return what two made-up modules do with the contracts."""
    src = tmp_path_factory.mktemp("src")
    for name, text in {"__init__": "", "reader": READER, "store": STORE}.items():
        (src / "trial").mkdir(exist_ok=True)
        (src / "trial" / f"{name}.py").write_text(text)
    return uses_of([Package("trial", src)], [ROOT / "contracts" / "src"])["trial"]


def test_a_reader_names_a_topic_and_decodes_it(uses: Uses) -> None:
    assert set(traffic_of("trial", uses).receives) == {"tickets.views.v1", "tickets.watermarks.v1"}


def test_fields_are_found_by_the_type_of_what_they_are_taken_from(uses: Uses) -> None:
    parts = {part.model.__name__: part for part in traffic_of("trial", uses).receives["tickets.views.v1"]}
    assert parts["ErasedTicket"].fields == ("erased_at",)
    assert parts["TicketView"].fields == ("subject", "version", "offset")  # the last two through `guard`
    assert parts["TicketView"].whole  # written as a document
    assert not parts["ErasedTicket"].whole


def test_a_name_made_at_run_time_may_be_any(uses: Uses) -> None:
    assert ("ticket_contracts.stats.DayCount", "*") in uses.attributes


def test_an_owner_that_decodes_what_it_stored_does_not_receive_its_own_topic(uses: Uses) -> None:
    without_reader = Uses(uses.attributes, uses.names.copy())
    del without_reader.names["trial.reader"]
    without_reader.names["trial.sender"] = {"ticket_contracts.topics.VIEWS"}
    found = traffic_of(Owner.PROJECTOR, without_reader)
    assert [topic.name for topic in found.sends] == ["tickets.views.v1"]
    assert not found.receives


def test_what_the_services_do_is_known() -> None:
    query = next(each for each in traffic() if each.service == "query-service")
    assert not query.sends
    assert set(query.receives) == {
        f"tickets.{n}.v1" for n in ("views", "timeline", "stats", "watermarks", "generations")
    }
    mark = next(iter(query.receives["tickets.watermarks.v1"]))
    assert mark.fields == ("partition", "published", "stored_until")


def test_every_topic_has_a_sender_and_all_but_the_dead_letters_a_reader() -> None:
    for topic in TOPICS:
        assert any(topic in each.sends for each in traffic()), topic.name
        assert topic == DEAD_LETTER or any(each.receives_from(topic) for each in traffic()), topic.name


def test_every_message_named_is_a_model_with_a_decoder() -> None:
    for topic in TOPICS:
        assert topic == DEAD_LETTER or (models_of(topic) and decoders_of(topic)), topic.name


def test_a_property_is_read_as_the_fields_it_is_made_of() -> None:
    assert fields_behind(TimelineEntry, "key") == {"ticket_id", "version"}
    assert fields_behind(TicketView, "model_dump") == frozenset()


def test_the_committed_page_is_what_the_code_says() -> None:
    assert stale({PAGE: page(traffic())}) == [], "docs/catalog.md is not what the code says; run: make catalog"


def test_a_changed_page_is_noticed(tmp_path: Path) -> None:
    changed = tmp_path / "catalog.md"
    changed.write_text(PAGE.read_text() + "edited\n")
    assert stale({changed: PAGE.read_text()}) == [changed]
