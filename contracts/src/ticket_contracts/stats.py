"""The counters of one source partition, as tickets.stats.v1 carries them.

Counters keyed by data are lists of rows, never field names: `a.b` and `$x` are groups too. Sums of the
records of all partitions are the dashboard.
"""

from datetime import date

from pydantic import Field

from ticket_contracts.fields import Channel, GroupName, Offset, Partition, Priority, Status
from ticket_contracts.model import Contract


class GroupCount(Contract):
    """Tickets of one group; null stands for no group."""

    key: GroupName | None
    tickets: int = Field(ge=0, description="All tickets assigned to it now")
    live: int = Field(ge=0, description="Those neither resolved nor closed")


class DayCount(Contract):
    """What occurred on one day, in UTC."""

    day: date = Field(description="Day of occurred_at")
    created: int = Field(default=0, ge=0, description="Tickets created")
    resolved: int = Field(default=0, ge=0, description="Resolutions")
    closed: int = Field(default=0, ge=0, description="Tickets closed")
    reopened: int = Field(default=0, ge=0, description="Reopenings")


class FirstResolution(Contract):
    """Time from creation to first resolution, under the tickets' present priority."""

    priority: Priority
    tickets: int = Field(ge=0, description="Tickets that were ever resolved")
    total_ms: int = Field(description="Sum of the times, in ms; may be negative, for logs out of time order")


class StatsRecord(Contract):
    """Counters over all tickets of one partition of tickets.events.v1, up to and with `offset`."""

    partition: Partition
    offset: Offset = Field(description="Last message of the partition that is counted")
    views_offset: Offset = Field(
        description="A reader past it in that partition of the views has all that is counted"
    )
    timeline_offset: Offset = Field(description="The same for the timeline")
    total: int = Field(ge=0, description="Tickets")
    by_status: dict[Status, int] = Field(description="Tickets by status, present ones only")
    by_priority: dict[Priority, int] = Field(description="Tickets by priority, present ones only")
    by_channel: dict[Channel, int] = Field(description="Tickets by channel, present ones only")
    by_group: tuple[GroupCount, ...] = Field(description="Tickets by group")
    daily: tuple[DayCount, ...] = Field(description="What occurred by day, days with something only")
    first_resolution: tuple[FirstResolution, ...] = Field(description="By priority, present ones only")
