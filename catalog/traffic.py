"""Who sends and receives which topic, and which fields a reader reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from catalog.code import ANY_ATTRIBUTE, Package, Uses, uses_of
from catalog.messages import Model, decoders_of, fields_behind, full_names, models_of, with_parts
from ticket_contracts import topics
from ticket_contracts.control import control_message
from ticket_contracts.topics import EVENTS, TOPICS, Topic

ROOT = Path(__file__).parents[1]
SERVICES = ("command-service", "projector-service", "query-service")

WHOLE = frozenset({ANY_ATTRIBUTE, "__dict__", "__pydantic_serializer__", "model_dump", "model_dump_json"})
"""Attributes by which all fields go on, whatever they are called."""

_CONTROL = f"{control_message.__module__}.{control_message.__qualname__}"


@dataclass(frozen=True)
class Part:
    """What a reader does with one model: the fields it reads by name, and whether it hands on all others."""

    model: Model
    fields: tuple[str, ...]
    whole: bool


@dataclass(frozen=True)
class Traffic:
    """One service's: topics it sends to, topics it receives from and what it reads there."""

    service: str
    sends: tuple[Topic, ...]
    receives: Mapping[str, tuple[Part, ...]]

    def receives_from(self, topic: Topic) -> bool:
        """Say whether the service reads the topic."""
        return topic.name in self.receives


@cache
def traffic() -> tuple[Traffic, ...]:
    """Return the three services' traffic, from their code as it lies in this checkout. Takes some seconds, once."""
    packages = [Package(service.replace("-", "_"), ROOT / service / "src") for service in SERVICES]
    uses = uses_of(packages, [ROOT / "contracts" / "src", ROOT / "chassis" / "src"])
    return tuple(traffic_of(service, uses[service.replace("-", "_")]) for service in SERVICES)


def traffic_of(service: str, uses: Uses) -> Traffic:
    """Return what a service with these uses of the contracts sends and receives."""
    received = [topic for topic in TOPICS if _receives(service, topic, uses)]
    return Traffic(
        service,
        tuple(topic for topic in TOPICS if _sends(service, topic, uses)),
        {topic.name: _parts(topic, uses) for topic in received},
    )


def _sends(service: str, topic: Topic, uses: Uses) -> bool:
    if _constant(topic) not in uses.all_names:
        return False
    # A topic has one writer, its owner; operators of the projector may write their requests into the log.
    return topic.owner == service or (topic == EVENTS and _CONTROL in uses.all_names)


def _receives(service: str, topic: Topic, uses: Uses) -> bool:
    decoders, constant = decoders_of(topic), _constant(topic)
    if topic.owner == service:
        # What it decodes elsewhere of its own may come from its own database.
        return any(constant in names and decoders & names for names in uses.names.values())
    return constant in uses.all_names and bool(decoders & uses.all_names)


def _parts(topic: Topic, uses: Uses) -> tuple[Part, ...]:
    return tuple(part for model in with_parts(models_of(topic)) if (part := _part(model, uses)) is not None)


def _part(model: Model, uses: Uses) -> Part | None:
    names = full_names(model)
    attributes = {attribute for cls, attribute in uses.attributes if cls in names}
    read = frozenset[str]().union(*(fields_behind(model, attribute) for attribute in attributes))
    whole = bool(attributes & WHOLE)
    return Part(model, tuple(name for name in model.model_fields if name in read), whole) if read or whole else None


def _constant(topic: Topic) -> str:
    name = next(name for name, value in vars(topics).items() if value is topic)
    return f"{topics.__name__}.{name}"
