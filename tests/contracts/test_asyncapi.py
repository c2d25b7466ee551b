"""The committed AsyncAPI documents are what the code says, and the official parser finds no fault with them."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog.asyncapi.document import DIRECTORY, documents
from catalog.asyncapi.examples import LONGEST, examples_of
from catalog.asyncapi.schemas import Schemas
from catalog.files import stale
from catalog.node import missing, run
from catalog.traffic import SERVICES, traffic
from ticket_contracts.events import EVENT_BY_TYPE

pytestmark = pytest.mark.contract

LACK = missing()
needs_parser = pytest.mark.skipif(LACK is not None, reason=f"not checked by the official AsyncAPI parser: {LACK}")


def document(service: str) -> dict[str, Any]:
    """Return a committed document."""
    found: dict[str, Any] = yaml.safe_load((DIRECTORY / f"{service}.yaml").read_text())
    return found


def messages(service: str, operation: str) -> set[str]:
    """Return the names of an operation's messages."""
    return {each["$ref"].rpartition("/")[2] for each in document(service)["operations"][operation]["messages"]}


def test_the_committed_documents_are_what_the_code_says() -> None:
    names = [path.name for path in stale(documents(traffic()))]
    assert names == [], f"docs/asyncapi: {', '.join(names)} not what the code says; run: make asyncapi"


@needs_parser
def test_the_official_parser_finds_no_fault() -> None:
    result = run("validate.mjs", *sorted(DIRECTORY.glob("*.yaml")))
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("operations") == len(SERVICES), result.stdout
    assert "warning" not in result.stdout


@needs_parser
def test_the_official_parser_finds_a_fault_where_there_is_one(tmp_path: Path) -> None:
    broken = document("query-service")
    broken["operations"]["receive.tickets.views.v1"]["action"] = "listen"
    (tmp_path / "broken.yaml").write_text(yaml.safe_dump(broken))
    result = run("validate.mjs", tmp_path / "broken.yaml")
    assert result.returncode == 1
    assert "operations/receive.tickets.views.v1/action" in result.stdout


def test_each_service_sends_what_it_owns_and_receives_what_it_reads() -> None:
    operations = {service: set(document(service)["operations"]) for service in SERVICES}
    assert "send.tickets.views.v1" in operations["projector-service"]
    assert "receive.tickets.views.v1" in operations["query-service"]
    assert not [name for name in operations["query-service"] if name.startswith("send.")]


def test_an_owner_sends_the_newest_versions_and_a_reader_takes_all() -> None:
    newest = {name.removeprefix("tickets.") for name in EVENT_BY_TYPE}
    assert messages("command-service", "send.tickets.events.v1") == newest
    assert messages("projector-service", "send.tickets.events.v1") == {"Redrive.v1", "Drop.v1"}
    assert messages("projector-service", "receive.tickets.events.v1") > {"TicketCreated.v1", "Redrive.v1", *newest}
    assert "Redrive.v1" not in messages("command-service", "receive.tickets.events.v1")


def test_two_versions_of_a_definition_live_side_by_side(tmp_path: Path) -> None:
    for name, limit in {"One.v1": 5, "One.v2": 9, "Two.v1": 5}.items():
        text = f'{{"$defs": {{"Text": {{"maxLength": {limit}}}}}, "properties": {{"a": {{"$ref": "#/$defs/Text"}}}}}}'
        (tmp_path / f"{name}.json").write_text(text)
    schemas = Schemas()
    for name in ("One.v1", "One.v2", "Two.v1"):
        assert schemas.add(tmp_path / f"{name}.json") == {"$ref": f"#/components/schemas/{name}"}
    known = schemas.components
    assert (known["Text"], known["One.v2.Text"]) == ({"maxLength": 5}, {"maxLength": 9})
    assert known["One.v2"]["properties"]["a"] == {"$ref": "#/components/schemas/One.v2.Text"}
    assert known["Two.v1"]["properties"]["a"] == {"$ref": "#/components/schemas/Text"}


def test_samples_are_the_examples_as_far_as_they_are_short(tmp_path: Path) -> None:
    (tmp_path / "smallest.json").write_text('{"a": 1}')
    (tmp_path / "oddest.json").write_text('{"a": "\\u202e"}')
    (tmp_path / "fullest.json").write_text(f'{{"a": "{"x" * LONGEST}"}}')
    assert examples_of(tmp_path) == [{"name": "smallest", "payload": {"a": 1}}]
    assert examples_of(tmp_path / "none") == []
