"""The topics: who owns each, what is in it, and what the broker must be told. Defined here once."""

from enum import StrEnum

from pydantic import Field

from ticket_contracts.fields import INTEGER_MAX
from ticket_contracts.model import Contract
from ticket_contracts.partitioning import PARTITIONS

KIB = 1024
MIB = 1024 * KIB
DAY_MS = 24 * 60 * 60 * 1000
BYTES_MAX = 2**31 - 1
"""Kafka keeps sizes as 32-bit integers."""

MESSAGE_LIMIT = 512 * KIB
"""Bytes that no event and no view exceeds, by its field limits (a property test shows it)."""

LATE_WRITE_LIMIT_MS = 10_000
"""Age in ms at which the broker refuses a record: a frozen owner that wakes up cannot overwrite a newer view."""

EARLY_WRITE_LIMIT_MS = 5_000
"""How far a record's time may lie in the future, in ms: a clock that is ahead would stretch the limit above."""


class Cleanup(StrEnum):
    DELETE = "delete"
    COMPACT = "compact"


class Owner(StrEnum):
    COMMAND = "command-service"
    PROJECTOR = "projector-service"


class Layout(StrEnum):
    """How a message finds its partition."""

    BY_TICKET = "murmur2 of the ticket id"
    BY_SOURCE_PARTITION = "same number as the events partition that it speaks of"
    BY_KEY = "murmur2 of the key"
    AS_RECEIVED = "as received"


class Topic(Contract):
    """One topic. Sizes in bytes, times in ms; None: the broker's default."""

    name: str = Field(pattern=r"^[a-z0-9.-]{1,100}$", description="Name on the broker, before any prefix")
    owner: Owner = Field(description="The only service that writes to it")
    message: str = Field(max_length=100, description="Contract model of the value")
    key: str = Field(max_length=100, description="What the record key is, in UTF-8")
    layout: Layout = Field(description="How a message finds its partition")
    partitions: int = Field(
        default=PARTITIONS, ge=1, le=PARTITIONS, description="Never changed: order is per partition"
    )
    cleanup: Cleanup = Field(description="cleanup.policy")
    retention_ms: int | None = Field(default=None, ge=-1, le=INTEGER_MAX, description="retention.ms; -1 keeps for ever")
    max_message_bytes: int = Field(
        default=MIB, ge=KIB, le=BYTES_MAX, description="max.message.bytes, batch overhead included"
    )
    timestamp_before_max_ms: int | None = Field(
        default=None, ge=0, le=INTEGER_MAX, description="message.timestamp.before.max.ms"
    )
    timestamp_after_max_ms: int | None = Field(
        default=None, ge=0, le=INTEGER_MAX, description="message.timestamp.after.max.ms"
    )
    rewrite: int = Field(
        default=1,
        ge=1,
        le=INTEGER_MAX,
        description="How often it was written anew, this time included; older documents are on it no more",
    )
    segment_bytes: int | None = Field(
        default=None, ge=MIB, le=BYTES_MAX, description="segment.bytes: small ones are compacted sooner"
    )

    def configs(self) -> dict[str, str]:
        """Return the broker's topic configuration that this definition demands."""
        wanted = {
            "cleanup.policy": self.cleanup.value,
            "retention.ms": self.retention_ms,
            "max.message.bytes": self.max_message_bytes,
            "message.timestamp.before.max.ms": self.timestamp_before_max_ms,
            "message.timestamp.after.max.ms": self.timestamp_after_max_ms,
            "segment.bytes": self.segment_bytes,
        }
        return {name: str(value) for name, value in wanted.items() if value is not None}


EVENTS = Topic(
    name="tickets.events.v1",
    owner=Owner.COMMAND,
    message="Envelope",
    key="ticket id",
    layout=Layout.BY_TICKET,
    cleanup=Cleanup.DELETE,
    retention_ms=-1,
)
VIEWS = Topic(
    name="tickets.views.v1",
    owner=Owner.PROJECTOR,
    message="TicketView | ParkedBeforeBirth | ErasedTicket",
    key="ticket id",
    layout=Layout.BY_TICKET,
    cleanup=Cleanup.COMPACT,
    timestamp_before_max_ms=LATE_WRITE_LIMIT_MS,
    timestamp_after_max_ms=EARLY_WRITE_LIMIT_MS,
)
TIMELINE = Topic(
    name="tickets.timeline.v1",
    owner=Owner.PROJECTOR,
    message="TimelineEntry",
    key="<ticket id>:<version>",
    layout=Layout.BY_TICKET,
    cleanup=Cleanup.COMPACT,
    timestamp_before_max_ms=LATE_WRITE_LIMIT_MS,
    timestamp_after_max_ms=EARLY_WRITE_LIMIT_MS,
)
STATS = Topic(
    name="tickets.stats.v1",
    owner=Owner.PROJECTOR,
    message="StatsRecord",
    key="events partition, decimal",
    layout=Layout.BY_SOURCE_PARTITION,
    cleanup=Cleanup.COMPACT,
    max_message_bytes=8 * MIB,
    timestamp_before_max_ms=LATE_WRITE_LIMIT_MS,
    timestamp_after_max_ms=EARLY_WRITE_LIMIT_MS,
    segment_bytes=32 * MIB,
)
WATERMARKS = Topic(
    name="tickets.watermarks.v1",
    owner=Owner.COMMAND,
    message="Watermark",
    key="events partition, decimal",
    layout=Layout.BY_SOURCE_PARTITION,
    cleanup=Cleanup.COMPACT,
    segment_bytes=4 * MIB,
)
TEXT_KEYS = Topic(
    name="tickets.text-keys.v1",
    owner=Owner.COMMAND,
    message="TextKey",
    key="key id",
    layout=Layout.BY_KEY,
    cleanup=Cleanup.COMPACT,
    segment_bytes=4 * MIB,
)
DEAD_LETTER = Topic(
    name="tickets.events.v1.dead-letter",
    owner=Owner.PROJECTOR,
    message="the bytes as received; why and where from in the headers",
    key="as received",
    layout=Layout.AS_RECEIVED,
    cleanup=Cleanup.DELETE,
    retention_ms=30 * DAY_MS,
    # Its headers come on top of a message that may have filled the events topic's limit.
    max_message_bytes=MIB + 16 * KIB,
)
GENERATIONS = Topic(
    name="tickets.generations.v1",
    owner=Owner.PROJECTOR,
    message="GenerationNotice",
    key="generation, decimal",
    layout=Layout.BY_KEY,
    partitions=1,
    cleanup=Cleanup.COMPACT,
    segment_bytes=4 * MIB,
)

TOPICS: tuple[Topic, ...] = (EVENTS, VIEWS, TIMELINE, STATS, WATERMARKS, TEXT_KEYS, DEAD_LETTER, GENERATIONS)
