"""The counters of one source partition, as tickets.stats.v1 carries them.

Counters keyed by data are lists of rows, never field names: `a.b` and `$x` are groups too. Sums of the
records of all partitions are the dashboard. A record at all of these limits fits in its topic.
"""

from datetime import date

from pydantic import Field

from ticket_contracts.fields import INTEGER_MAX, Channel, Count, GroupName, Offset, Partition, Priority, Status
from ticket_contracts.model import UNIT, Contract

GROUPS_MAX = 10_000
DAYS_MAX = 36_525
"""Days of a hundred years."""


class GroupCount(Contract):
    """Tickets of one group; null stands for no group."""

    key: GroupName | None
    tickets: Count = Field(description="All tickets assigned to it now")
    live: Count = Field(description="Those neither resolved nor closed")


class DayCount(Contract):
    """What occurred on one day, in UTC."""

    day: date = Field(description="Day of occurred_at")
    created: Count = Field(default=0, description="Tickets created")
    resolved: Count = Field(default=0, description="Resolutions")
    closed: Count = Field(default=0, description="Tickets closed")
    reopened: Count = Field(default=0, description="Reopenings")


class FirstResolution(Contract):
    """Time from creation to first resolution, under the tickets' present priority."""

    priority: Priority = Field(description="Present priority of these tickets")
    tickets: Count = Field(description="Tickets that were ever resolved")
    total_ms: int = Field(
        ge=-INTEGER_MAX,
        le=INTEGER_MAX,
        description="Sum of the times, in ms; may be negative, for logs out of time order",
        json_schema_extra={UNIT: "ms"},
    )


class StatsRecord(Contract):
    """Counters over all tickets of one partition of tickets.events.v1, up to and with `offset`."""

    partition: Partition
    offset: Offset = Field(description="Last message of the partition that is counted")
    views_offset: Offset = Field(description="A reader past it in that partition of the views has all that is counted")
    timeline_offset: Offset = Field(description="The same for the timeline")
    total: Count = Field(description="Tickets")
    by_status: dict[Status, Count] = Field(description="Tickets by status, present ones only")
    by_priority: dict[Priority, Count] = Field(description="Tickets by priority, present ones only")
    by_channel: dict[Channel, Count] = Field(description="Tickets by channel, present ones only")
    by_group: tuple[GroupCount, ...] = Field(max_length=GROUPS_MAX, description="Tickets by group")
    daily: tuple[DayCount, ...] = Field(
        max_length=DAYS_MAX, description="What occurred by day, days with something only"
    )
    first_resolution: tuple[FirstResolution, ...] = Field(
        max_length=len(Priority), description="By priority, present ones only"
    )
