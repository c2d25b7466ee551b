"""Old event versions made new: the one place that knows that there ever were others.

An upcaster takes the data of one version and returns the data of the next. Version 1 of every event is the
only one so far, so the table is empty; `parse_event` is the path that all readers take.
"""

from collections.abc import Callable, Mapping

from pydantic import ValidationError

from ticket_contracts.events import EVENT_BY_TYPE, Event
from ticket_contracts.model import JsonObject

CONTROL_PREFIX = "tickets.control."

Upcaster = Callable[[JsonObject], tuple[str, JsonObject]]

UPCASTERS: Mapping[str, Upcaster] = {}


class UnknownEventType(ValueError):
    """The type is none that this version of the contracts knows."""


class InvalidEvent(ValueError):
    """The data breaks the rules of its type."""


def parse_event(event_type: str, data: JsonObject, upcasters: Mapping[str, Upcaster] = UPCASTERS) -> Event:
    """Return the event of `data`, brought up to its newest version.

    Raises UnknownEventType or InvalidEvent; the latter names the fields, never their values.
    """
    while event_type in upcasters:
        event_type, data = upcasters[event_type](data)
    model = EVENT_BY_TYPE.get(event_type)
    if model is None:
        raise UnknownEventType(event_type)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, e["loc"])) or e["type"] for e in error.errors()}))
        raise InvalidEvent(f"{event_type}: {fields}") from None
