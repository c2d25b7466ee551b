"""Events as earlier releases of the command service wrote them."""

import json


def as_version_1(message: bytes) -> bytes:
    """Return a TicketCreated.v2 without a contact as contracts 0.1 had it; any other message as it is."""
    envelope = json.loads(message)
    if envelope["type"] != "tickets.TicketCreated.v2":
        return message
    customer = envelope["data"].pop("customer")
    assert customer["contact"] is None, "version 1 had no place for it"
    envelope["data"] = {"customer_id": customer["id"], **envelope["data"]}
    envelope["type"] = "tickets.TicketCreated.v1"
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
