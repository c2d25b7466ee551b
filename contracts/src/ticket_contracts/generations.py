"""Generations of the read topics: each is one projection of the whole log, with topics of its own.

The first has the plain names. A rebuild makes the next one beside it; readers go over to the highest that serves.
"""

from enum import StrEnum

from pydantic import Field

from ticket_contracts.fields import INTEGER_MAX
from ticket_contracts.model import Contract, Timestamp
from ticket_contracts.topics import STATS, TIMELINE, VIEWS, Topic

FIRST_GENERATION = 1

GENERATION_TOPICS: tuple[Topic, ...] = (VIEWS, TIMELINE, STATS)
"""The topics that each generation has for itself."""


class GenerationState(StrEnum):
    """What readers may expect of a generation."""

    SERVING = "serving"
    RETIRED = "retired"


class GenerationNotice(Contract):
    """What the projector says of one generation, as tickets.generations.v1 carries it."""

    generation: int = Field(ge=FIRST_GENERATION, le=INTEGER_MAX, description="Its number; they only go up")
    state: GenerationState = Field(description="serving: read the highest of these; retired: leave it")
    same_log: bool = Field(
        default=True, description="Whether its offsets are those of the log that the one before it was made from"
    )
    at: Timestamp = Field(description="When this was written")


def suffix(generation: int) -> str:
    """Return what names of this generation end with: nothing for the first."""
    return "" if generation == FIRST_GENERATION else f".g{generation}"


def of_generation(topic: Topic, generation: int) -> Topic:
    """Return one of GENERATION_TOPICS as a generation has it: another name, all else the same."""
    return topic.model_copy(update={"name": topic.name + suffix(generation)})
