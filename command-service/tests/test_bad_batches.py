"""Batches and commands in them that cannot be taken, on the real service."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

pytestmark = pytest.mark.stack

Served = Any  # the one of conftest.py, which cannot be imported

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}

SOME_ID = "6f1ad1f4-5d0b-4a6e-9a0e-2b7f1c0d9e38"


def a_command(**fields: object) -> dict[str, Any]:
    return {"type": "CreateTicket", "ticket_id": str(uuid4()), "key": str(uuid4()), "data": CREATE} | fields


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in a_command().items() if name != field}


BATCHES: dict[str, tuple[object, int, str]] = {
    "501 commands": ({"commands": [a_command() for _ in range(501)]}, 413, "too-large"),
    "501 of anything": ({"commands": [7] * 501}, 413, "too-large"),
    "no list": ({}, 422, "invalid"),
    "an empty list": ({"commands": []}, 422, "invalid"),
    "an object for a list": ({"commands": {"0": a_command()}}, 422, "invalid"),
    "a list without its object": ([a_command()], 422, "invalid"),
    "a list in a list": ({"commands": [[a_command()]]}, 422, "invalid"),
    "null among them": ({"commands": [a_command(), None]}, 422, "invalid"),
    "an unknown member": ({"commands": [a_command()], "atomic": True}, 422, "invalid"),
    **{
        f"{field} {value!r}": ({"commands": [a_command(), a_command(**{field: value})]}, 422, "invalid")
        for field, values in {
            "type": (None, "", "DeleteTicket", "createticket", 7, {"$ne": ""}, ["CreateTicket"]),
            "ticket_id": (None, "", "1", 7, {"$gt": ""}, "0" * 32, "{" + SOME_ID + "}", SOME_ID + "\n"),
            "key": (None, "", '""', "a b", "k" * 201, 7, {"$gt": ""}, "\x00", "é"),
        }.items()
        for value in values
    },
    **{
        f"no {field}": ({"commands": [a_command(), without(field)]}, 422, "invalid")
        for field in ("type", "ticket_id", "key")
    },
}


@pytest.mark.parametrize(("body", "status", "code"), BATCHES.values(), ids=BATCHES)
def test_a_batch_that_is_refused_as_a_whole(
    served: Served, http: httpx2.Client, body: object, status: int, code: str
) -> None:
    before = served.stored()
    assert served.refused(http.post("/commands", json=body)) == (status, code)
    assert served.stored() == before


NO_TIMES: tuple[object, ...] = (
    "2999-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2016-02-30T00:00:00Z",
    "2016-02-29T01:16:60Z",
    "2016-02-29T01:16:00",
    "2016-02-29",
    "tomorrow",
    "",
    7,
    1e300,
    {"$gt": ""},
    [],
    True,
)
NO_DATA: tuple[object, ...] = (None, [], "text", 7, True, {"$set": {}})
COMMANDS: dict[str, dict[str, Any]] = {
    **{f"occurred_at {value!r}": {"occurred_at": value} for value in NO_TIMES},
    **{f"data {value!r}": {"data": value} for value in NO_DATA},
    "an unknown field": {"version": 1},
    "$where": {"$where": "1"},
}


@pytest.mark.parametrize("fields", COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_is_refused_in_its_batch(served: Served, http: httpx2.Client, fields: dict[str, Any]) -> None:
    before = served.stored()
    answer = http.post("/commands", json={"commands": [a_command(**fields), a_command()]})
    one, two = answer.json()["outcomes"]
    assert (one["problem"]["status"], one["problem"]["code"]) == (422, "invalid")
    assert two["version"] == 1
    assert served.stored() == before + 1


def test_the_same_ticket_twice_in_a_batch(served: Served, http: httpx2.Client) -> None:
    ticket, before = str(uuid4()), served.stored()
    commands = [a_command(ticket_id=ticket), a_command(ticket_id=ticket.upper()), a_command(ticket_id=ticket)]
    commands[2] |= {"type": "CloseTicket", "data": {}}
    one, two, three = http.post("/commands", json={"commands": commands}).json()["outcomes"]
    assert (one["version"], three["version"]) == (1, 2)
    assert (two["ticket_id"], two["problem"]["code"]) == (ticket, "ticket-exists")
    assert served.stored() == before + 2


def test_the_same_key_twice_in_a_batch(served: Served, http: httpx2.Client) -> None:
    before, first = served.stored(), a_command()
    other = first | {"data": CREATE | {"subject": "another"}}
    one, two, three = http.post("/commands", json={"commands": [first, first, other]}).json()["outcomes"]
    assert one == two
    assert three["problem"]["code"] == "key-reused"
    assert served.stored() == before + 1
