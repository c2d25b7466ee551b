"""The committed schemas are what the models say, valid, and whole."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from contracts.tests.examples import EVENT_EXAMPLES
from gate import layout
from gate.__main__ import main
from gate.generation import pretty
from gate.models import DOCUMENT_MODELS, documents_of
from gate.schemas import drift, write_schemas
from ticket_contracts.model import RULES, Contract
from ticket_contracts.topics import DEAD_LETTER, EVENTS, TOPICS, VIEWS
from ticket_contracts.upcasters import UPCASTERS
from ticket_contracts.views import ViewRecord

pytestmark = pytest.mark.contract

FILES = sorted((layout.ROOT / layout.SCHEMAS).rglob("*.json"))
SCHEMAS = [file for file in FILES if file != layout.ROOT / layout.TOPICS]


def contract_models(base: type[Contract] = Contract) -> Iterator[type[Contract]]:
    """Yield every model that `ticket_contracts` defines."""
    for model in base.__subclasses__():
        if model.__module__.startswith("ticket_contracts."):
            yield model
        yield from contract_models(model)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a root with a copy of the committed schemas."""
    shutil.copytree(layout.ROOT / layout.SCHEMAS, tmp_path / layout.SCHEMAS)
    return tmp_path


def test_the_committed_schemas_are_what_the_models_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schemas", "--check"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: file.stem)
def test_a_schema_is_valid_and_in_the_one_form(file: Path) -> None:
    text = file.read_text()
    schema: dict[str, Any] = json.loads(text)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(file.relative_to(layout.ROOT).as_posix())
    assert text == pretty(schema)


def test_every_message_that_a_topic_names_has_a_schema() -> None:
    topics = json.loads((layout.ROOT / layout.TOPICS).read_text())
    assert list(topics) == sorted(topic.name for topic in TOPICS)
    for name, topic in topics.items():
        assert topic["messages"] or name == DEAD_LETTER.name
        assert all((layout.ROOT / path).exists() for path in topic["messages"])
    assert {name for topic in TOPICS for name in documents_of(topic)} == set(DOCUMENT_MODELS)
    for event in EVENT_EXAMPLES:
        assert event.TYPE in topics[EVENTS.name]["types"]
        assert layout.ROOT / layout.event_path(event.TYPE) in SCHEMAS


def test_every_member_of_the_union_of_views_is_a_document_of_their_topic() -> None:
    members = get_args(get_args(ViewRecord)[0])
    assert documents_of(VIEWS) == [model.__name__ for model in members]


def functions_of(core: Any) -> Iterator[str]:
    """Yield the names of all functions that a model, or what is in it, calls on values as they come and go."""
    if isinstance(core, dict):
        for key, value in core.items():
            if key in ("function", "default_factory") and callable(value):
                yield value.__name__
            yield from functions_of(value)
    elif isinstance(core, list | tuple):
        for each in core:
            yield from functions_of(each)


def test_what_a_schema_does_not_show_is_in_no_model() -> None:
    models = list(contract_models())
    called = {name for model in models for name in functions_of(model.__pydantic_core_schema__)}
    assert called == {"_read_time", "format_time", "_names_something", "_reason_goes_with_waiting"}
    settings = {name for model in models for name in model.model_config}
    assert settings == {"frozen", "extra", "json_schema_extra"}


@pytest.mark.parametrize("model", list(contract_models()), ids=lambda model: model.__name__)
def test_a_model_writes_the_fields_that_it_reads(model: type[Contract]) -> None:
    written, read = model.model_json_schema(mode="serialization"), model.model_json_schema()
    assert written.get("properties", {}).keys() == read.get("properties", {}).keys()


def test_a_rule_that_a_validator_holds_is_said_in_the_schema() -> None:
    held = []
    for model in contract_models():
        decorators = model.__pydantic_decorators__
        if decorators.model_validators or decorators.field_validators:
            held.append(model.__name__)
            assert model.model_json_schema().get(RULES), f"{model.__name__}: say its rules under {RULES}"
    assert sorted(held) == ["Drop", "TicketStatusChanged"]


def test_a_file_that_differs_or_is_missing_is_named_with_the_command_that_mends_it(copy: Path) -> None:
    changed, missing = copy / layout.ENVELOPE, copy / layout.event_path("tickets.TicketClosed.v1")
    changed.write_text(changed.read_text().replace("36", "37").replace('"object"', '"array"'))
    missing.unlink()
    assert sorted(drift(copy)) == [
        "contracts/schemas/envelope.json is not what the models say; run: make schemas",
        "contracts/schemas/events/TicketClosed.v1.json is missing; run: make schemas",
    ]
    assert sorted(write_schemas(copy)) == [layout.ENVELOPE, layout.event_path("tickets.TicketClosed.v1")]
    assert drift(copy) == []


def test_a_file_that_nobody_reads_is_named(copy: Path) -> None:
    stray = copy / layout.event_path("tickets.TicketLost.v1")
    stray.write_text("{}\n")
    assert [sentence.split(" ")[0] for sentence in drift(copy)] == [layout.event_path("tickets.TicketLost.v1")]


def test_a_version_that_an_upcaster_reads_keeps_its_schema(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.schemas.UPCASTERS", {**UPCASTERS, "tickets.TicketLost.v1": None})
    path = layout.event_path("tickets.TicketLost.v1")
    assert [sentence.split(";")[0] for sentence in drift(copy)] == [f"{path} is missing"]
    (copy / path).write_text("{}\n")
    assert drift(copy) == []
