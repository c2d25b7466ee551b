"""Control messages: what the projector's operators write on tickets.events.v1. No events, and without a version.

They travel under the ticket's id as key, in the same envelope as events, with a type that begins with
`tickets.control.`; consumers other than the projector skip them.
"""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, ValidationError, model_validator

from ticket_contracts.envelope import Envelope
from ticket_contracts.fields import INTEGER_MAX, Version
from ticket_contracts.model import RULES, Contract, JsonObject
from ticket_contracts.upcasting import CONTROL_PREFIX

SOURCE = "/projector-service/operators"

Operator = Annotated[str, Field(min_length=1, max_length=100, description="Who asked for it")]


class UnknownControl(ValueError):
    """The type is no control message that this version of the contracts knows."""


class InvalidControl(ValueError):
    """The data breaks the rules of its type."""


class ControlRequest(Contract):
    """What every control message's data has in common: the CloudEvents type it travels under."""

    TYPE: ClassVar[str]
    operator: Operator


class Redrive(ControlRequest):
    """Try again whatever waits with a parked ticket."""

    TYPE = CONTROL_PREFIX + "redrive.v1"
    reason: str | None = Field(default=None, min_length=1, max_length=500, description="Why it may work now")


class Drop(ControlRequest):
    """Give up a message that waits, or versions that never came, or both, in this order; then redrive the rest."""

    TYPE = CONTROL_PREFIX + "drop.v1"
    model_config = ConfigDict(json_schema_extra={RULES: ["offset or version is there, or both"]})
    reason: str = Field(min_length=1, max_length=500, description="Why it is given up")
    offset: int | None = Field(
        default=None, ge=0, le=INTEGER_MAX, description="Offset of the waiting message that is given up"
    )
    version: Version | None = Field(
        default=None, description="Last of the versions that the ticket goes on without, where no message has them"
    )

    @model_validator(mode="after")
    def _names_something(self) -> "Drop":
        if self.offset is None and self.version is None:
            raise ValueError("a drop names a message or a version")
        return self


REQUEST_BY_TYPE: dict[str, type[Redrive | Drop]] = {Redrive.TYPE: Redrive, Drop.TYPE: Drop}


def parse_control(control_type: str, data: JsonObject) -> Redrive | Drop:
    """Return the request of `data`; raises UnknownControl, or InvalidControl, which names fields, never values."""
    model = REQUEST_BY_TYPE.get(control_type)
    if model is None:
        raise UnknownControl(control_type)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, e["loc"])) or e["type"] for e in error.errors()}))
        raise InvalidControl(f"{control_type}: {fields}") from None


def control_message(request: Redrive | Drop, ticket_id: str, message_id: str, at: datetime) -> Envelope:
    """Return the message that asks for `request`; `message_id` is a new UUID, `at` the present time, aware."""
    return Envelope(
        id=message_id,
        source=SOURCE,
        type=request.TYPE,
        subject=ticket_id,
        time=at,
        recordedtime=at,
        data=request.model_dump(mode="json", exclude_none=True),
    )
