"""The table of topics, as the design has it: what each owner writes and what the broker must hold to."""

import pytest

from ticket_contracts.generations import GENERATION_TOPICS, of_generation
from ticket_contracts.topics import (
    DEAD_LETTER,
    EARLY_WRITE_LIMIT_MS,
    EVENTS,
    GENERATIONS,
    KIB,
    LATE_WRITE_LIMIT_MS,
    MESSAGE_LIMIT,
    MIB,
    STATS,
    TEXT_KEYS,
    TIMELINE,
    TOPICS,
    VIEWS,
    WATERMARKS,
    Owner,
    Topic,
)

TIMED = {"message.timestamp.before.max.ms": "10000", "message.timestamp.after.max.ms": "5000"}
COMPACT = {"cleanup.policy": "compact"}

CONFIGS = {
    EVENTS: {"cleanup.policy": "delete", "retention.ms": "-1", "max.message.bytes": "1048576"},
    VIEWS: COMPACT | TIMED | {"max.message.bytes": "1048576"},
    TIMELINE: COMPACT | TIMED | {"max.message.bytes": "1048576"},
    STATS: COMPACT | TIMED | {"max.message.bytes": "8388608", "segment.bytes": "33554432"},
    WATERMARKS: COMPACT | {"max.message.bytes": "1048576", "segment.bytes": "4194304"},
    TEXT_KEYS: COMPACT | {"max.message.bytes": "1048576", "segment.bytes": "4194304"},
    DEAD_LETTER: {"cleanup.policy": "delete", "retention.ms": "2592000000", "max.message.bytes": "1064960"},
    GENERATIONS: COMPACT | {"max.message.bytes": "1048576", "segment.bytes": "4194304"},
}

OWNERS = {
    "tickets.events.v1": Owner.COMMAND,
    "tickets.watermarks.v1": Owner.COMMAND,
    "tickets.text-keys.v1": Owner.COMMAND,
    "tickets.views.v1": Owner.PROJECTOR,
    "tickets.timeline.v1": Owner.PROJECTOR,
    "tickets.stats.v1": Owner.PROJECTOR,
    "tickets.events.v1.dead-letter": Owner.PROJECTOR,
    "tickets.generations.v1": Owner.PROJECTOR,
}


def test_there_are_eight_topics_each_with_one_owner() -> None:
    assert {topic.name: topic.owner for topic in TOPICS} == OWNERS
    assert len(TOPICS) == len(OWNERS) == 8


def test_every_topic_has_twelve_partitions_but_the_one_of_a_few_notices() -> None:
    assert {topic.partitions for topic in TOPICS if topic != GENERATIONS} == {12}
    assert GENERATIONS.partitions == 1


def test_a_generation_has_topics_of_its_own_that_differ_in_name_alone() -> None:
    assert [of_generation(topic, 1) for topic in GENERATION_TOPICS] == [VIEWS, TIMELINE, STATS]
    second = of_generation(STATS, 2)
    assert second.name == "tickets.stats.v1.g2"
    assert second.model_copy(update={"name": STATS.name}) == STATS


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_broker_is_told(topic: Topic) -> None:
    assert topic.configs() == CONFIGS[topic]


def test_every_compacted_topic_of_the_projector_refuses_late_writes_and_those_of_a_clock_that_is_ahead() -> None:
    limits = (LATE_WRITE_LIMIT_MS, EARLY_WRITE_LIMIT_MS)
    guarded = {topic for topic in TOPICS if (topic.timestamp_before_max_ms, topic.timestamp_after_max_ms) == limits}
    assert guarded == {VIEWS, TIMELINE, STATS}


def test_every_topic_takes_the_largest_message_and_more() -> None:
    assert MESSAGE_LIMIT == 512 * KIB
    assert all(topic.max_message_bytes >= MIB > MESSAGE_LIMIT for topic in TOPICS)
