"""No broker ever refuses a message of ours: each fits in its topic, by its field limits alone."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.tests.largest import (
    SEALED,
    Fill,
    largest_entry,
    largest_envelope,
    largest_events,
    largest_stats,
    largest_view,
)
from ticket_contracts.envelope import decode_envelope
from ticket_contracts.fields import RECENT_MAX
from ticket_contracts.timeline import HistoryEntry, TimelineEntry
from ticket_contracts.topics import MESSAGE_LIMIT, STATS, TIMELINE, VIEWS
from ticket_contracts.views import VIEW_RECORD

# Kafka's batch header (61), and what a record has beside its value: lengths, key, timestamp, offset, few headers.
OVERHEAD = 1024

FOUR_BYTES = "\U0001f4a9"
LEGAL = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\t\n\r"\\/<>&\u2028\ufeff' + FOUR_BYTES)


def filled_with(pattern: str) -> Fill:
    """Return a fill that repeats `pattern`."""
    return lambda length: (pattern * (length // len(pattern) + 1))[:length]


def longest_entries(fill: Fill) -> tuple[HistoryEntry, ...]:
    """Return the five longest entries in a row that a ticket can have: it is created once, before all others."""
    created, *later = (largest_entry(event) for event in largest_events(fill, sealed=False))
    longest = max(later, key=lambda entry: len(entry.model_dump_json().encode()))
    return (created, *[longest] * (RECENT_MAX - 1))


WORST = [FOUR_BYTES, '"', "\\", "\t", "\n", "\r", "\u2028", "\uffff"]


@pytest.mark.parametrize("character", WORST, ids=lambda c: unicodedata.name(c, f"U+{ord(c):04X}"))
def test_no_single_character_is_too_expensive(character: str) -> None:
    fill = filled_with(character)
    messages = [largest_envelope(event, fill).encode() for event in largest_events(fill, sealed=False)]
    assert max(map(len, messages)) + OVERHEAD < MESSAGE_LIMIT
    assert len(largest_view(fill, longest_entries(fill)).model_dump_json().encode()) + OVERHEAD < MESSAGE_LIMIT


@settings(max_examples=40)
@given(st.text(LEGAL, min_size=1, max_size=30))
def test_every_legal_event_is_below_the_limit_and_comes_back(pattern: str) -> None:
    fill = filled_with(pattern)
    for event in largest_events(fill, sealed=False):
        message = largest_envelope(event, fill).encode()
        assert len(message) + OVERHEAD < MESSAGE_LIMIT
        assert decode_envelope(message).event() == event


@settings(max_examples=20)
@given(st.text(LEGAL, min_size=1, max_size=30))
def test_every_legal_sealed_event_is_below_the_limit_and_comes_back(pattern: str) -> None:
    fill = filled_with(pattern)
    for event in largest_events(fill, sealed=True):
        message = largest_envelope(event, fill).encode()
        assert len(message) + OVERHEAD < MESSAGE_LIMIT
        assert decode_envelope(message).event() == event


@settings(max_examples=40)
@given(st.text(LEGAL, min_size=1, max_size=30))
def test_every_legal_view_is_below_the_limit_and_comes_back(pattern: str) -> None:
    fill = filled_with(pattern)
    view = largest_view(fill, longest_entries(fill))
    message = view.model_dump_json().encode()
    assert len(message) + OVERHEAD < MESSAGE_LIMIT < VIEWS.max_message_bytes
    assert VIEW_RECORD.validate_json(message) == view


def test_every_legal_timeline_entry_is_below_the_limit() -> None:
    for event in largest_events(filled_with(FOUR_BYTES), sealed=False):
        entry = TimelineEntry(ticket_id=SEALED.kid, event_id=SEALED.kid, **dict(largest_entry(event)))
        assert len(entry.model_dump_json().encode()) + OVERHEAD < MESSAGE_LIMIT < TIMELINE.max_message_bytes


def test_the_sealed_limit_is_that_of_the_longest_text() -> None:
    bytes_of_text = 4 * 20_000
    assert len(SEALED.sealed) * 3 // 4 >= 12 + bytes_of_text + 16


def test_a_foreign_view_of_control_characters_still_fits_in_its_topic() -> None:
    # They are refused on entry, but somebody else's event may hold them; each takes six bytes in JSON.
    fill = filled_with("\x01")
    view = largest_view(fill, longest_entries(fill))
    assert MESSAGE_LIMIT < len(view.model_dump_json().encode()) + OVERHEAD < VIEWS.max_message_bytes


def test_counters_at_all_their_limits_fit_in_their_topic() -> None:
    record = largest_stats(filled_with(FOUR_BYTES)).model_dump_json().encode()
    assert len(record) + OVERHEAD < STATS.max_message_bytes
