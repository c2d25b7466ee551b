"""What the things of a generation are called on the broker."""

from ticket_chassis.kafka import topic_name
from ticket_chassis.settings import ServiceSettings
from ticket_contracts.generations import FIRST_GENERATION, GENERATION_TOPICS, of_generation, suffix
from ticket_contracts.topics import Topic

GROUP = "projector-service"


def group_of(generation: int, settings: ServiceSettings) -> str:
    """Return the id of the consumer group that reads the log for a generation."""
    return settings.topic_prefix + GROUP + suffix(generation)


def topic_of(topic: Topic, settings: ServiceSettings, generation: int = FIRST_GENERATION) -> str:
    """Return a topic's name; only those of GENERATION_TOPICS are another one for each generation."""
    own = of_generation(topic, generation) if topic in GENERATION_TOPICS else topic
    return topic_name(own, settings.topic_prefix)
