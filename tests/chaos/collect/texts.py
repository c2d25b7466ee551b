"""Opens the sealed texts of events, with the keys that the command service published."""

from base64 import b64decode
from collections.abc import Mapping

from tests.chaos.checker.state import Event, Json
from ticket_chassis.sealing import open_text
from ticket_contracts.text import SealedText, TextKey

Keys = Mapping[str, bytes]


def keys_of(records: Mapping[str, bytes]) -> Keys:
    """Return the keys by id from the newest records of tickets.text-keys.v1."""
    known = [TextKey.model_validate_json(value) for value in records.values()]
    return {key.kid: b64decode(key.key) for key in known if key.key is not None}


def to_event(envelope: Json, keys: Keys, key: str | None = None) -> Event:
    """Return the event in an envelope, its text opened; `key` is the idempotency key that it is stored under."""
    ticket = envelope["subject"]
    return Event(
        id=envelope["id"],
        ticket=ticket,
        version=envelope["ticketversion"],
        name=envelope["type"].split(".")[1],
        occurred_at=envelope["time"],
        recorded_at=envelope["recordedtime"],
        data=told({name: _opened(value, ticket, keys) for name, value in envelope["data"].items()}),
        key=key,
    )


def told(data: Json) -> Json:
    """Return an event's data in the words of the commands, whichever version of the event has them."""
    if "customer" not in data:
        return data
    rest = {name: value for name, value in data.items() if name != "customer"}
    return {"customer_id": data["customer"]["id"], "customer_contact": data["customer"].get("contact"), **rest}


def _opened(value: object, ticket: str, keys: Keys) -> object:
    if not isinstance(value, dict):
        return value
    if "sealed" not in value:
        return {name: _opened(inner, ticket, keys) for name, inner in value.items()}
    sealed = SealedText.model_validate(value)
    return open_text(sealed, ticket, keys[sealed.kid])
