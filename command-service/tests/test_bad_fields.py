"""Fields that break a rule, alone and in a batch, on the real service: refused, and nothing stored."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

pytestmark = pytest.mark.stack

Served = Any  # the one of conftest.py, which cannot be imported

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}

CONTROLS = "\x00\x07\x08\x0b\x0c\x1b\x1f\x7f\x80\x85\x9f"
NO_TEXTS: tuple[object, ...] = (None, 7, 1.5, True, [], {})
NO_TAGS: tuple[object, ...] = (None, "t", {"0": "t"}, [None], [7])

TOO_MUCH: dict[str, tuple[str, dict[str, Any]]] = {
    "customer_id": ("CreateTicket", CREATE | {"customer_id": "é" * 101}),
    "subject": ("CreateTicket", CREATE | {"subject": "é" * 301}),
    "message": ("CreateTicket", CREATE | {"message": "é" * 20_001}),
    "customer_contact": ("CreateTicket", CREATE | {"customer_contact": "é" * 255}),
    "external_id": ("CreateTicket", CREATE | {"external_id": "é" * 101}),
    "a tag": ("CreateTicket", CREATE | {"tags": ["é" * 51]}),
    "tags": ("CreateTicket", CREATE | {"tags": [str(n) for n in range(21)]}),
    "group": ("AssignTicket", {"group": "é" * 101, "assignee": None}),
    "assignee": ("AssignTicket", {"group": None, "assignee": "é" * 101}),
    "note": ("AddAgentNote", {"note": "é" * 20_001}),
    "a note's author": ("AddAgentNote", {"note": "n", "author": "é" * 101}),
    "a reply": ("AddReply", {"author": "agent", "message": "é" * 20_001}),
    "an added tag": ("ChangeTags", {"add": ["é" * 51]}),
    "a removed tag": ("ChangeTags", {"remove": ["é" * 51]}),
    "21 added tags": ("ChangeTags", {"add": [str(n) for n in range(21)]}),
    "resolution": ("ResolveTicket", {"resolution": "é" * 2_001}),
    "reason": ("ReopenTicket", {"reason": "é" * 2_001}),
}
TOO_LITTLE: dict[str, tuple[str, dict[str, Any]]] = {
    "customer_id empty": ("CreateTicket", CREATE | {"customer_id": ""}),
    "customer_contact empty": ("CreateTicket", CREATE | {"customer_contact": ""}),
    "subject empty": ("CreateTicket", CREATE | {"subject": ""}),
    "message empty": ("CreateTicket", CREATE | {"message": ""}),
    "external_id empty": ("CreateTicket", CREATE | {"external_id": ""}),
    "tag empty": ("CreateTicket", CREATE | {"tags": [""]}),
    "group empty": ("AssignTicket", {"group": "", "assignee": None}),
    "group absent": ("AssignTicket", {"assignee": None}),
    "assignee absent": ("AssignTicket", {"group": None}),
    "priority absent": ("ChangePriority", {}),
    "note absent": ("AddAgentNote", {"author": "a"}),
    "note empty": ("AddAgentNote", {"note": ""}),
    "reply empty": ("AddReply", {"author": "agent", "message": ""}),
    "nobody replies": ("AddReply", {"message": "m"}),
}
WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    **{f"subject {value!r}": ("CreateTicket", CREATE | {"subject": value}) for value in NO_TEXTS},
    **{f"tags {value!r}": ("CreateTicket", CREATE | {"tags": value}) for value in NO_TAGS},
    "an operator for a text": ("CreateTicket", CREATE | {"customer_id": {"$gt": ""}}),
    "an operator for a group": ("AssignTicket", {"group": {"$ne": None}, "assignee": None}),
    "an operator for a priority": ("ChangePriority", {"priority": {"$in": ["low"]}}),
    "a big number": ("CreateTicket", CREATE | {"customer_id": 10**300}),
    "a number for a priority": ("ChangePriority", {"priority": 1}),
    "a priority that there is not": ("ChangePriority", {"priority": "URGENT"}),
    "a channel that there is not": ("CreateTicket", CREATE | {"channel": "fax"}),
    "an author that there is not": ("AddReply", {"author": "system", "message": "m"}),
    "an unknown field": ("CreateTicket", CREATE | {"$where": "1"}),
    "an unknown field of a change": ("ChangePriority", {"priority": "low", "version": 1}),
    "__proto__": ("CloseTicket", {"__proto__": {}}),
    "a field of another command": ("CreateTicket", CREATE | {"status": "closed"}),
    "closed by hand": ("UpdateStatus", {"status": "closed"}),
    "resolved by hand": ("UpdateStatus", {"new_status": "resolved"}),
    **{
        f"control {char!r}": ("AddAgentNote", {"note": f"a{char}b"})
        for char in "\x00\x07\x08\x0b\x0c\x1b\x1f\x7f\x80\x85\x9f"
    },
    **{
        f"NUL in {field}": (name, data | {field: "\x00"})
        for name, field, data in (
            ("CreateTicket", "customer_id", CREATE),
            ("CreateTicket", "customer_contact", CREATE),
            ("CreateTicket", "subject", CREATE),
            ("CreateTicket", "message", CREATE),
            ("CreateTicket", "external_id", CREATE),
            ("CreateTicket", "channel", CREATE),
            ("AssignTicket", "group", {"assignee": None}),
            ("AssignTicket", "assignee", {"group": None}),
            ("AddAgentNote", "author", {"note": "n"}),
            ("AddReply", "message", {"author": "agent"}),
            ("ResolveTicket", "resolution", {}),
            ("ReopenTicket", "reason", {}),
        )
    },
    "NUL in a tag": ("ChangeTags", {"add": ["a\x00"]}),
}
PATHS = {
    "CreateTicket": "/tickets",
    "UpdateStatus": "/tickets/{}/status",
    "AssignTicket": "/tickets/{}/assignment",
    "ChangePriority": "/tickets/{}/priority",
    "AddAgentNote": "/tickets/{}/agent-note",
    "AddReply": "/tickets/{}/replies",
    "ChangeTags": "/tickets/{}/tags",
    "ResolveTicket": "/tickets/{}/resolution",
    "ReopenTicket": "/tickets/{}/reopening",
    "CloseTicket": "/tickets/{}/closure",
}
BROKEN = TOO_MUCH | TOO_LITTLE | WRONG


@pytest.mark.parametrize(("name", "data"), BROKEN.values(), ids=BROKEN)
def test_a_field_that_breaks_a_rule(
    served: Served, http: httpx2.Client, ticket: str, name: str, data: dict[str, Any]
) -> None:
    before = served.stored()
    alone = http.post(PATHS[name].format(ticket), json=data)
    assert served.refused(alone) == (422, "invalid")
    # The same in a batch is that command's problem, and the others go on.
    of = str(uuid4()) if name == "CreateTicket" else ticket
    bad = {"type": name, "ticket_id": of, "key": str(uuid4()), "data": data}
    good = {"type": "AddAgentNote", "ticket_id": ticket, "key": str(uuid4()), "data": {"note": "n"}}
    one, two = http.post("/commands", json={"commands": [bad, good]}).json()["outcomes"]
    assert one["problem"]["code"] == "invalid"
    assert two["ticket_id"] == ticket
    assert served.stored() == before + 1
