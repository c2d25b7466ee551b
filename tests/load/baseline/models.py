"""What the baseline takes and answers: the fields, limits and filters of the three services."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ticket_contracts.fields import (
    MESSAGE_MAX,
    SUBJECT_MAX,
    AssigneeName,
    Author,
    Channel,
    CustomerId,
    ExternalId,
    GroupName,
    Priority,
    Status,
    Tag,
    WaitingReason,
)

Sort = Literal["-updated_at", "updated_at", "-created_at", "created_at"]


class Body(BaseModel):
    """A request's body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class NewTicket(Body):
    """POST /tickets."""

    customer_id: CustomerId
    subject: Annotated[str, Field(min_length=1, max_length=SUBJECT_MAX)]
    message: Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX)]
    priority: Priority = Priority.NORMAL
    channel: Channel = Channel.WEB
    tags: Annotated[list[Tag], Field(max_length=20)] = Field(default_factory=list)
    external_id: ExternalId | None = None


class NewReply(Body):
    """POST /tickets/{id}/replies."""

    author: Author
    message: Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX)]


class Written(BaseModel):
    """The answer to a write."""

    id: str
    version: int
    status: Status


class Item(BaseModel):
    """A ticket in a list."""

    id: str = Field(validation_alias="_id")
    external_id: str | None
    subject: str
    preview: str
    status: Status
    waiting_reason: WaitingReason | None
    priority: Priority
    channel: Channel
    group: str | None
    assignee: str | None
    customer_id: str
    tags: list[str]
    has_note: bool
    note_count: int
    reply_count: int
    reopen_count: int
    version: int
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None


class Detail(Item):
    """A ticket by its id."""

    message: str
    resolution: str | None
    recent: list[dict[str, object]]


class Filters(BaseModel):
    """The query of GET /tickets."""

    model_config = ConfigDict(extra="forbid")

    status: list[Status] = Field(default_factory=list)
    priority: list[Priority] = Field(default_factory=list)
    channel: list[Channel] = Field(default_factory=list)
    group: GroupName | None = None
    assignee: AssigneeName | None = None
    customer_id: CustomerId | None = None
    created_since: datetime | None = None
    created_before: datetime | None = None
    updated_since: datetime | None = None
    updated_before: datetime | None = None
    sort: Sort = "-updated_at"
    limit: int = Field(default=20, ge=1, le=100)
    skip: int = Field(default=0, ge=0)


class GroupRow(BaseModel):
    """Tickets of one group."""

    group: str | None
    tickets: int
    live: int


class Dashboard(BaseModel):
    """What GET /dashboard counts."""

    total: int
    by_status: dict[Status, int]
    by_priority: dict[Priority, int]
    by_channel: dict[Channel, int]
    by_group: list[GroupRow]
