"""The largest legal events and read documents: every field at its limit, written in the most expensive characters.

Legal text holds any code point but control characters (tab, LF and CR are allowed) and surrogates: the commands' rule.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.tests.examples import EVENT_ID, NOON, TICKET_ID
from ticket_contracts.envelope import Envelope
from ticket_contracts.events import (
    AgentNoteAdded,
    Customer,
    Event,
    ReplyAdded,
    TicketAssigned,
    TicketClosed,
    TicketCreated,
    TicketPriorityChanged,
    TicketReopened,
    TicketResolved,
    TicketStatusChanged,
    TicketTagsChanged,
)
from ticket_contracts.fields import (
    CONTACT_MAX,
    COUNT_MAX,
    INTEGER_MAX,
    MESSAGE_MAX,
    PREVIEW_MAX,
    REMARK_MAX,
    SUBJECT_MAX,
    TAGS_MAX,
    Author,
    Awaiting,
    Channel,
    Priority,
    Status,
    Visibility,
    WaitingReason,
)
from ticket_contracts.partitioning import PARTITIONS
from ticket_contracts.stats import DAYS_MAX, GROUPS_MAX, DayCount, FirstResolution, GroupCount, StatsRecord
from ticket_contracts.text import SEALED_MAX, SealedText
from ticket_contracts.timeline import HistoryEntry
from ticket_contracts.views import Stale, TicketView

Fill = Callable[[int], str]
"""Makes a text of so many code points."""

LATE = datetime(2024, 5, 1, 12, 0, 0, 999_000, tzinfo=UTC)
SEALED = SealedText(kid=EVENT_ID, sealed="A" * SEALED_MAX)


def largest_events(fill: Fill, *, sealed: bool) -> list[Event]:
    """Return each event with all its fields at their limits, texts in plain or sealed."""

    def text(length: int) -> Any:
        return SEALED if sealed else fill(length)

    tags = tuple(fill(50) for _ in range(TAGS_MAX))
    return [
        TicketCreated(
            customer=Customer(id=fill(100), contact=text(CONTACT_MAX)),
            external_id=fill(100),
            subject=text(SUBJECT_MAX),
            message=text(MESSAGE_MAX),
            channel=Channel.SELF_SERVICE,
            priority=Priority.URGENT,
            tags=tags,
        ),
        TicketStatusChanged(status=Status.WAITING, waiting_reason=WaitingReason.USER_INFO),
        TicketAssigned(group=fill(100), assignee=fill(100)),
        TicketPriorityChanged(priority=Priority.URGENT),
        AgentNoteAdded(note=text(MESSAGE_MAX), author=fill(100)),
        ReplyAdded(author=Author.CUSTOMER, message=text(MESSAGE_MAX)),
        TicketTagsChanged(added=tags, removed=tags),
        TicketResolved(resolution=text(REMARK_MAX)),
        TicketReopened(reason=text(REMARK_MAX)),
        TicketClosed(),
    ]


def largest_envelope(event: Event, fill: Fill) -> Envelope:
    """Return the largest message that can carry `event`."""
    return Envelope(
        id=EVENT_ID,
        source=fill(200),
        type=event.TYPE,
        subject=TICKET_ID,
        time=LATE,
        recordedtime=LATE,
        ticketversion=INTEGER_MAX,
        correlationid=fill(200),
        causationid=fill(200),
        traceparent=fill(55),
        data=event.model_dump(mode="json"),
    )


def largest_entry(event: Event) -> HistoryEntry:
    """Return the history entry of an event in plain text."""
    return HistoryEntry(
        version=INTEGER_MAX,
        type=event.name(),
        occurred_at=LATE,
        recorded_at=LATE,
        visibility=Visibility.INTERNAL,
        data=event.model_dump(mode="json"),
    )


def largest_view(fill: Fill, recent: tuple[HistoryEntry, ...]) -> TicketView:
    """Return a view at all its limits, with these last entries."""
    return TicketView(
        id=TICKET_ID,
        external_id=fill(100),
        subject=fill(SUBJECT_MAX),
        preview=fill(PREVIEW_MAX),
        message=fill(MESSAGE_MAX),
        status=Status.IN_PROGRESS,
        waiting_reason=WaitingReason.USER_INFO,
        priority=Priority.URGENT,
        channel=Channel.SELF_SERVICE,
        group=fill(100),
        assignee=fill(100),
        customer_id=fill(100),
        tags=tuple(fill(50) for _ in range(TAGS_MAX)),
        resolution=fill(REMARK_MAX),
        has_note=False,
        note_count=COUNT_MAX,
        reply_count=COUNT_MAX,
        reopen_count=COUNT_MAX,
        awaiting=Awaiting.CUSTOMER,
        created_at=LATE,
        updated_at=LATE,
        resolved_at=LATE,
        closed_at=LATE,
        first_resolved_at=LATE,
        recent=recent,
        version=INTEGER_MAX,
        partition=PARTITIONS - 1,
        offset=INTEGER_MAX,
        event_id=EVENT_ID,
        stale=Stale(since=NOON, reason=fill(500)),
    )


def largest_stats(fill: Fill) -> StatsRecord:
    """Return counters with as many groups and days as there may be."""
    first = date(2000, 1, 1)
    count = COUNT_MAX
    return StatsRecord(
        partition=PARTITIONS - 1,
        offset=INTEGER_MAX,
        views_offset=INTEGER_MAX,
        timeline_offset=INTEGER_MAX,
        total=count,
        by_status=dict.fromkeys(Status, count),
        by_priority=dict.fromkeys(Priority, count),
        by_channel=dict.fromkeys(Channel, count),
        by_group=(GroupCount(key=fill(100), tickets=count, live=count),) * GROUPS_MAX,
        daily=tuple(
            DayCount(day=first + timedelta(days=n), created=count, resolved=count, closed=count, reopened=count)
            for n in range(DAYS_MAX)
        ),
        first_resolution=tuple(
            FirstResolution(priority=priority, tickets=count, total_ms=-INTEGER_MAX) for priority in Priority
        ),
    )
