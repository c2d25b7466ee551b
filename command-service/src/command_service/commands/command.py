"""What all commands have in common, and the fields that they are made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ticket_contracts.fields import (
    CONTACT_MAX,
    MESSAGE_MAX,
    REMARK_MAX,
    SUBJECT_MAX,
    AssigneeName,
    AuthorName,
    CustomerId,
    ExternalId,
    GroupName,
    Tag,
)

# Control characters (Unicode Cc) but tab, LF and CR have no place in text that people read.
PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
_PRINTABLE = Field(pattern=PRINTABLE)

CustomerName = Annotated[CustomerId, _PRINTABLE]
External = Annotated[ExternalId, _PRINTABLE]
Group = Annotated[GroupName, _PRINTABLE]
Assignee = Annotated[AssigneeName, _PRINTABLE]
NoteAuthor = Annotated[AuthorName, _PRINTABLE]
Label = Annotated[Tag, _PRINTABLE]
Contact = Annotated[
    str,
    Field(
        min_length=1,
        max_length=CONTACT_MAX,
        pattern=PRINTABLE,
        description="Where the customer can be reached, such as a mail address; shown nowhere",
    ),
]
Subject = Annotated[
    str, Field(min_length=1, max_length=SUBJECT_MAX, pattern=PRINTABLE, description="One line that names the problem")
]
Message = Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX, pattern=PRINTABLE, description="Free text")]
Remark = Annotated[str, Field(max_length=REMARK_MAX, pattern=PRINTABLE, description="Short free text")]


class Command(BaseModel):
    """The validated data of one command: frozen, and without fields that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def without_repeats(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags in their order, each once."""
    return tuple(dict.fromkeys(tags))
