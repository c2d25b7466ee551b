"""Whatever people write is kept as it is, on the real service."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from ticket_chassis.sealing import open_text
from ticket_contracts.envelope import decode_envelope
from ticket_contracts.text import SealedText

pytestmark = pytest.mark.stack

Served = Any  # the one of conftest.py, which cannot be imported

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}

TEXTS: dict[str, str] = {
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd\u202c \u0645\u0631\u062d\u0628\u0627",
    "zero width": "a\u200bb\u200d\ufeffc\u2060",
    "emoji": "👩\u200d👩\u200d👧 🎫",
    "combining": "e\u0301 is not é",
    "line separators": "a\u2028b\u2029c",
    "tab, LF and CR": "a\tb\r\nc",
    "non-characters": "\uffff\ufdd0\U0010ffff",
    "$where": "$where",
    "$ne": '{"$ne": null}',
    "code": "'; DROP TABLE x; -- <b>${jndi:ldap://x}{{7*7}}",
    "dots and dollars": "a.b.$c.",
    "a dollar": "$",
    "a path": "../../etc/passwd%00",
    "blanks": "  ",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_text_is_kept_as_it_is(served: Served, http: httpx2.Client, text: str) -> None:
    body: dict[str, Any] = {"customer_id": text, "subject": text, "message": text, "external_id": text, "tags": [text]}
    body["customer_contact"] = text
    made = http.post("/tickets", json=body, headers={"Idempotency-Key": (key := str(uuid4()))})
    assert made.status_code == 201
    assert http.post("/tickets", json=body, headers={"Idempotency-Key": key}).json() == made.json()
    ticket = made.json()["id"]
    for path, data in (
        ("assignment", {"group": text, "assignee": text}),
        ("agent-note", {"note": text, "author": text}),
        ("resolution", {"resolution": text}),
    ):
        assert http.post(f"/tickets/{ticket}/{path}", json=data).status_code == 200
    assert told(served, ticket) == [
        {"customer", "subject", "message", "external_id", "tags"},
        {"group", "assignee"},
        {"note", "author"},
        {"resolution"},
    ]
    assert set(values(served, ticket)) == {text}


def events_of(served: Served, ticket: str) -> list[dict[str, Any]]:
    """The data of a ticket's events, opened, without what the command did not say."""
    keys = {row["_id"]: row["key"] for row in served.own["text_keys"].find()}
    found = []
    for row in served.own["events"].find({"ticket_id": ticket}).sort("version"):
        data = decode_envelope(row["envelope"].encode()).data
        said = {name: value for name, value in data.items() if name not in ("channel", "priority")}
        found.append(opened(said, ticket, keys))
    return found


def opened(value: Any, ticket: str, keys: dict[str, bytes]) -> Any:
    """The same with all its texts in plain, at any depth."""
    if not isinstance(value, dict):
        return value
    if "sealed" in value:
        return open_text(SealedText(**value), ticket, keys[value["kid"]])
    return {name: opened(inner, ticket, keys) for name, inner in value.items()}


def told(served: Served, ticket: str) -> list[set[str]]:
    return [set(data) for data in events_of(served, ticket)]


def values(served: Served, ticket: str) -> list[str]:
    return [text for data in events_of(served, ticket) for value in data.values() for text in parts(value)]


def parts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else [value]


def test_names_with_dots_and_dollars_are_names(http: httpx2.Client) -> None:
    ticket = http.post("/tickets", json=CREATE | {"tags": ["a.b", "$x", ".", "$", "a"]}).json()["id"]
    assert http.post(f"/tickets/{ticket}/tags", json={"add": ["a.b"]}).json()["version"] == 1
    assert http.post(f"/tickets/{ticket}/tags", json={"remove": ["$x", "b"]}).json()["version"] == 2
    for version, group in enumerate(("a.b", "$x", "a.b"), 3):
        answer = http.post(f"/tickets/{ticket}/assignment", json={"group": group, "assignee": None})
        assert answer.json()["version"] == version


@pytest.mark.parametrize("text", ["é", "🎫", "\u200b"])
def test_lengths_are_code_points(http: httpx2.Client, text: str) -> None:
    body = {
        "customer_id": text * 100,
        "customer_contact": text * 254,
        "subject": text * 300,
        "message": text * 20_000,
        "external_id": text * 100,
        "tags": [text * 49 + chr(65 + n) for n in range(20)],
    }
    answer = http.post("/tickets", json=body)
    assert answer.status_code == 201
    ticket = answer.json()["id"]
    for path, data in (
        ("assignment", {"group": text * 100, "assignee": text * 100}),
        ("agent-note", {"note": text * 20_000, "author": text * 100}),
        ("replies", {"author": "agent", "message": text * 20_000}),
        ("resolution", {"resolution": text * 2_000}),
        ("reopening", {"reason": text * 2_000}),
    ):
        assert http.post(f"/tickets/{ticket}/{path}", json=data).status_code == 200
