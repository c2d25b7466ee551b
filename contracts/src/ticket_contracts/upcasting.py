"""Reads an event of any version: the one path that all readers of the log take."""

from collections.abc import Mapping

from pydantic import ValidationError

from ticket_contracts.events import EVENT_BY_TYPE, Event
from ticket_contracts.model import JsonObject
from ticket_contracts.upcasters import UPCASTERS, CannotUpcast, Upcaster

CONTROL_PREFIX = "tickets.control."


class UnknownEventType(ValueError):
    """The type is none that this version of the contracts knows."""


class InvalidEvent(ValueError):
    """The data breaks the rules of its type."""


def parse_event(event_type: str, data: JsonObject, upcasters: Mapping[str, Upcaster] = UPCASTERS) -> Event:
    """Return the event of `data`, brought up to its newest version.

    Raises UnknownEventType or InvalidEvent; the latter names the type as it was written and the fields as the newest
    version calls them, never their values.
    """
    newest, data = _brought_up(event_type, data, upcasters)
    model = EVENT_BY_TYPE.get(newest)
    if model is None:
        raise UnknownEventType(event_type)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, e["loc"])) or e["type"] for e in error.errors()}))
        read_as = "" if newest == event_type else f", read as {newest}"
        raise InvalidEvent(f"{event_type}{read_as}: {fields}") from None


def _brought_up(event_type: str, data: JsonObject, upcasters: Mapping[str, Upcaster]) -> tuple[str, JsonObject]:
    newest = event_type
    while (upcaster := upcasters.get(newest)) is not None:
        try:
            newest, data = upcaster(data)
        except CannotUpcast as error:
            raise InvalidEvent(f"{event_type}: {error}") from None
    return newest, data
