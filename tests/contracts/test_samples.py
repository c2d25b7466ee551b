"""The golden samples are what they are said to be: legal, enough, and from the smallest to the strangest."""

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from gate import layout
from tests.support.samples import Kind, Sample, samples
from ticket_chassis.sealing import open_text
from ticket_contracts.text import SealedText, TextKey

pytestmark = pytest.mark.contract

KINDS: tuple[Kind, ...] = ("events", "control", "documents")
SCHEMAS = {
    (path.parent.name, path.stem): json.loads(path.read_text())
    for kind in KINDS
    for path in sorted((layout.ROOT / layout.SCHEMAS / kind).glob("*.json"))
}
ENVELOPE = json.loads((layout.ROOT / layout.ENVELOPE).read_text())
OF_EACH = pytest.mark.parametrize("of", SCHEMAS, ids="/".join)


def of_schema(of: tuple[str, str]) -> dict[str, Sample]:
    return {sample.name: sample for sample in samples() if (sample.kind, sample.of) == of}


def legal(document: Any, schema: Any) -> bool:
    return bool(Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(document))


@OF_EACH
def test_there_are_three_of_every_version_of_every_message(of: tuple[str, str]) -> None:
    assert of_schema(of).keys() >= {"smallest", "fullest", "oddest"}


@pytest.mark.parametrize("sample", samples(), ids=str)
def test_a_sample_is_what_its_schema_allows(sample: Sample) -> None:
    schema = SCHEMAS[sample.kind, sample.of]
    assert legal(sample.data, schema)
    if sample.kind != "documents":
        assert legal(sample.json, ENVELOPE)
        assert sample.json["type"] == schema["x-type"]


@OF_EACH
def test_the_smallest_has_nothing_that_it_need_not_have(of: tuple[str, str]) -> None:
    data = of_schema(of)["smallest"].data
    # A rule between fields may ask for one more: that is no reason to have two.
    spare = [name for name in data if legal({n: v for n, v in data.items() if n != name}, SCHEMAS[of])]
    assert len(spare) <= (1 if SCHEMAS[of].get("x-rules") else 0), spare


@OF_EACH
def test_the_fullest_has_everything(of: tuple[str, str]) -> None:
    assert of_schema(of)["fullest"].data.keys() == SCHEMAS[of].get("properties", {}).keys()


@OF_EACH
def test_the_oddest_holds_what_no_reader_knows(of: tuple[str, str]) -> None:
    assert of_schema(of)["oddest"].data.keys() - SCHEMAS[of].get("properties", {}).keys()


@OF_EACH
def test_every_value_of_every_enumeration_has_been_seen(of: tuple[str, str]) -> None:
    said = "".join(json.dumps(sample.data) for sample in of_schema(of).values())
    assert [value for value in enumerated(SCHEMAS[of]) if json.dumps(value) not in said] == EXCUSED.get(of[1], [])


EXCUSED = {"TicketStatusChanged.v1": ["resolved", "closed"]}
"""Values that are in the vocabulary, and that a rule of the event refuses."""


def enumerated(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from node.get("enum", []) if isinstance(node.get("enum"), list) else []
        for inner in node.values():
            yield from enumerated(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from enumerated(inner)


def test_the_sealed_texts_open_with_the_key_among_the_samples() -> None:
    documents = [sample.value for sample in samples("documents") if sample.of == "TextKey"]
    keys = {key.kid: key for key in map(TextKey.model_validate_json, documents)}
    opened = [
        open_text(text, sample.json["subject"], decoded(keys[text.kid]))
        for sample in samples("events")
        for text in sealed(sample.data)
    ]
    assert "kim@example.org" in opened
    assert max(map(len, opened)) == 20_000


def decoded(key: TextKey) -> bytes:
    assert key.key is not None
    return b64decode(key.key)


def sealed(node: Any) -> Iterator[SealedText]:
    if isinstance(node, dict):
        if "sealed" in node:
            yield SealedText.model_validate(node)
        for inner in node.values():
            yield from sealed(inner)
