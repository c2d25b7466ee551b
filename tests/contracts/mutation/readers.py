"""A pydantic model as readers use it, made from its core schema, so that any part of it can be another one."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema, SchemaValidator, ValidationError, to_json

from ticket_contracts.model import format_time

Json = Any

REFUSED = object()
"""What reading a message that is refused comes to."""


class Reader:
    """Reads messages as services do: documents from bytes, what is inside an envelope from what JSON came to."""

    def __init__(self, core: CoreSchema, *, from_bytes: bool) -> None:
        # Else pydantic takes the validators that the models' classes already have, as they were.
        self._validator = SchemaValidator(core, _use_prebuilt=False)
        self._from_bytes = from_bytes
        self.schema: dict[str, Any] = GenerateJsonSchema().generate(core)

    def read(self, message: Json) -> Json:
        """Return what the reader makes of a message, with all defaults filled in, as JSON; or REFUSED."""
        try:
            value = self._take(message)
        except ValidationError:
            return REFUSED
        return _as_json(value)

    def _take(self, message: Json) -> Any:
        if self._from_bytes:
            return self._validator.validate_json(to_json(message))
        return self._validator.validate_python(message)


def _as_json(value: Any) -> Json:
    if isinstance(value, BaseModel):
        value = value.__dict__
    if isinstance(value, dict):
        return {str(_as_json(name)): _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return format_time(value)
    return value.isoformat() if isinstance(value, date) else value


def writes(reading: Json, message: Json) -> bool:
    """Say whether who reads a message so may write it: it is accepted, and means what it says, word for word."""
    return reading is not REFUSED and agrees(reading, message, whole=False)


def agrees(reading: Json, other: Json, *, whole: bool) -> bool:
    """Say whether `reading` says all that `other` says. Not `whole`: members that only one of them has are left out."""
    if isinstance(reading, dict) and isinstance(other, dict):
        return all(
            agrees(reading[name], value, whole=whole) if name in reading else not whole for name, value in other.items()
        )
    if isinstance(reading, list) and isinstance(other, list):
        return len(reading) == len(other) and all(
            agrees(one, two, whole=whole) for one, two in zip(reading, other, strict=True)
        )
    return isinstance(reading, bool) == isinstance(other, bool) and bool(reading == other)
