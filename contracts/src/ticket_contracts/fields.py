"""The vocabulary of a ticket: enumerations, identifiers and limits that every contract shares.

Lengths count Unicode code points.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ticket_contracts.model import MEANING
from ticket_contracts.partitioning import PARTITIONS


class Status(StrEnum):
    OPEN = "open"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def live(self) -> bool:
        """True while somebody still has to work on the ticket: neither resolved nor closed."""
        return self not in (Status.RESOLVED, Status.CLOSED)


class WaitingReason(StrEnum):
    USER_INFO = "user_info"
    PROBLEM = "problem"
    VENDOR = "vendor"
    EVIDENCE = "evidence"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Channel(StrEnum):
    WEB = "web"
    EMAIL = "email"
    PHONE = "phone"
    CHAT = "chat"
    SELF_SERVICE = "self_service"
    DIRECT = "direct"
    IVR = "ivr"


class Author(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"


class Awaiting(StrEnum):
    US = "us"
    CUSTOMER = "customer"


class Visibility(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

SUBJECT_MAX = 300
MESSAGE_MAX = 20_000
REMARK_MAX = 2_000
TAGS_MAX = 20
RECENT_MAX = 5
PREVIEW_MAX = 50
CONTACT_MAX = 254
"""The longest mail address that can be delivered to (RFC 5321), and far more than any telephone number."""

INTEGER_MAX = 2**53 - 1
"""The largest integer that every JSON reader keeps exact; each database holds it as well."""
COUNT_MAX = 2**31 - 1

TicketId = Annotated[str, Field(pattern=UUID_PATTERN, description="UUID of the ticket, lower case with hyphens")]
EventId = Annotated[str, Field(pattern=UUID_PATTERN, description="UUID of the event, lower case with hyphens")]
Version = Annotated[
    int,
    Field(
        ge=1,
        le=INTEGER_MAX,
        description="Number of events of the ticket up to and with this one",
        json_schema_extra={MEANING: "number of events up to and with this one"},
    ),
]
Partition = Annotated[int, Field(ge=0, lt=PARTITIONS, description="Partition of tickets.events.v1")]
Offset = Annotated[
    int,
    Field(
        ge=-1,
        le=INTEGER_MAX,
        description="Offset of the last message applied, -1 for none",
        json_schema_extra={MEANING: "offset of a record that is applied, never of the next one; -1 for none"},
    ),
]
Count = Annotated[int, Field(ge=0, le=COUNT_MAX)]

CustomerId = Annotated[str, Field(min_length=1, max_length=100, description="Who asked for help")]
ExternalId = Annotated[str, Field(min_length=1, max_length=100, description="Number in another system, not unique")]
GroupName = Annotated[str, Field(min_length=1, max_length=100, description="Group the ticket is assigned to")]
AssigneeName = Annotated[str, Field(min_length=1, max_length=100, description="Agent the ticket is assigned to")]
AuthorName = Annotated[str, Field(min_length=1, max_length=100, description="Agent who wrote it")]
Tag = Annotated[str, Field(min_length=1, max_length=50, description="A label")]
Tags = Annotated[tuple[Tag, ...], Field(max_length=TAGS_MAX, description="Labels, in the order they were added")]
