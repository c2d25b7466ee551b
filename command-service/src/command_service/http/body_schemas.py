"""What /openapi.json says of the bodies that commands take: their schemas, and an example of each."""

from typing import Any

from command_service.commands.catalogue import USE_CASES, UseCase
from command_service.commands.update_status import UpdateStatus
from ticket_contracts.fields import Status, WaitingReason

Schema = dict[str, Any]

EXAMPLES: dict[str, Schema] = {
    "CreateTicket": {
        "customer_id": "c-1",
        "subject": "Printer on fire",
        "message": "It burns.",
        "priority": "high",
        "channel": "phone",
        "tags": ["hardware"],
        "customer_contact": "kim@example.org",
    },
    "UpdateStatus": {"status": "waiting", "waiting_reason": "vendor"},
    "AssignTicket": {"group": "Printers", "assignee": "Kim"},  # no null: FastAPI leaves those out of the document
    "ChangePriority": {"priority": "urgent"},
    "AddAgentNote": {"note": "Called the fire brigade.", "author": "Kim"},
    "AddReply": {"author": "agent", "message": "Help is on its way."},
    "ChangeTags": {"add": ["fire"], "remove": ["hardware"]},
    "ResolveTicket": {"resolution": "Extinguished."},
    "ReopenTicket": {"reason": "It burns again."},
    "CloseTicket": {},
}


def body_schema(case: UseCase) -> Schema:
    """Return the JSON schema of a command's body, without references."""
    if case.command is UpdateStatus:
        return _update_status()
    schema = case.command.model_json_schema()
    definitions = schema.pop("$defs", {})
    resolved: Schema = _inline(schema, definitions)
    return resolved


def batch_schema(key: Schema, commands_max: int) -> Schema:
    """Return the JSON schema of the body of POST /commands; `key` is that of an idempotency key."""
    command = {
        "type": "object",
        "required": ["type", "ticket_id", "key"],
        "properties": {
            "type": {"type": "string", "enum": [case.command.__name__ for case in USE_CASES]},
            "ticket_id": {"type": "string", "format": "uuid", "description": "Made by the client, in either case"},
            "key": key | {"description": "Idempotency key, in one space with the header's"},
            "occurred_at": {
                "description": "RFC 3339 time, not in the future; now if absent. A wrong one is this command's problem"
            },
            "data": {
                "description": "What the single command takes as its body, {} where that is nothing. That it is "
                "missing, what is wrong with it, or is in the command and unknown, is this command's problem, not "
                "the whole batch's"
            },
        },
    }
    listed = {"type": "array", "items": command, "minItems": 1, "maxItems": commands_max}
    return {
        "type": "object",
        "required": ["commands"],
        "properties": {"commands": listed},
        "additionalProperties": False,
    }


def _update_status() -> Schema:
    # By hand: that the reason goes with waiting, and that the status has two names, is more than the model's schema
    # can say.
    moves = [status.value for status in Status if status.live and status is not Status.WAITING]
    reasons = {"enum": [reason.value for reason in WaitingReason], "description": "What is waited for"}
    forms = []
    for name in ("status", "new_status"):
        said = {"description": "The new status" + ("" if name == "status" else "; another name of `status`")}
        waiting = said | {"const": Status.WAITING.value}
        forms.append(_form({name: said | {"enum": moves}, "waiting_reason": {"type": "null"}}, [name]))
        forms.append(_form({name: waiting, "waiting_reason": reasons}, [name, "waiting_reason"]))
    return {"title": "UpdateStatus", "description": UpdateStatus.__doc__, "oneOf": forms}


def _form(properties: Schema, required: list[str]) -> Schema:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _inline(node: Any, definitions: Schema) -> Any:
    if isinstance(node, list):
        return [_inline(part, definitions) for part in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        named = definitions[node["$ref"].rsplit("/", 1)[1]]
        return _inline(named | {name: value for name, value in node.items() if name != "$ref"}, definitions)
    return {name: _inline(value, definitions) for name, value in node.items()}
