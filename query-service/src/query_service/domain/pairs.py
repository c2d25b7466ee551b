"""Pairs: what several filters ask for at once, as one number each, so that one small index answers combinations.

A ticket holds a number for every two of its subjects, for every subject with every trait, for every two traits, and
for every subject (and none) with all traits. Each is a CRC-32 of the facets' text in a fixed order: short keys, and
quick to make at ingest. Two texts with the same number cost a look: every condition is checked on the ticket as well.
"""

from itertools import combinations, product
from zlib import crc32

from query_service.domain.facets import subjects_of, traits_of, wanted_subjects, wanted_traits
from query_service.domain.listing import TicketFilter
from ticket_contracts.fields import Channel, Priority, Status
from ticket_contracts.views import TicketView

SUBJECTS_MAX = 3
"""Of more subjects in one filter, the first of these are paired, the others checked on what those find."""

ALTERNATIVES_MAX = 100
"""Numbers looked up for one choice; a filter that needs more takes its traits one at a time."""

_NO_SUBJECT = 0
_TO_INT32 = 2**31
_TRAIT_VALUES = {
    "status": [f"status={value}" for value in Status],
    "priority": [f"priority={value}" for value in Priority],
    "channel": [f"channel={value}" for value in Channel],
    "note": ["note=True", "note=False"],
}


def pairs_of(view: TicketView) -> list[int]:
    """Return the ticket's numbers, signed, of 32 bits."""
    traits = [trait.encode() for trait in traits_of(view)]
    subjects = sorted(subject.encode() for subject in subjects_of(view))
    everything = b"".join(traits)
    found = {crc32(later, crc32(trait)) for trait, later in combinations(traits, 2)}
    found.add(crc32(everything, _NO_SUBJECT))
    for place, text in enumerate(subjects):
        subject = crc32(text)
        found.update([crc32(other, subject) for other in (*traits, everything, *subjects[place + 1 :])])
    return [number - _TO_INT32 for number in found]


def wanted_pairs(wanted: TicketFilter) -> list[list[int]]:
    """Return choices of numbers, each good by itself: a ticket that matches has one number of every choice."""
    subjects = sorted(subject.encode() for subject in wanted_subjects(wanted)[:SUBJECTS_MAX])
    choices = [[crc32(later, crc32(subject))] for subject, later in combinations(subjects, 2)]
    traits = wanted_traits(wanted)
    if subjects:
        for subject in subjects:
            choices += _with_traits(crc32(subject), traits)
    elif len(traits) == 2:
        choices.append([crc32("".join(texts).encode()) for texts in product(*traits.values())])
    elif traits:
        choices += _with_all_traits(_NO_SUBJECT, traits)
    return [[number - _TO_INT32 for number in choice] for choice in choices]


def _with_traits(subject: int, traits: dict[str, list[str]]) -> list[list[int]]:
    if len(traits) > 1 and (together := _with_all_traits(subject, traits)):
        return together
    return [[crc32(text.encode(), subject) for text in texts] for texts in traits.values()]


def _with_all_traits(subject: int, traits: dict[str, list[str]]) -> list[list[int]]:
    """Return the numbers of all traits together, any value for those that are not asked for; none if too many."""
    if len(traits) < 2:
        return []
    texts = ["".join(values).encode() for values in product(*(_TRAIT_VALUES | traits).values())]
    return [[crc32(text, subject) for text in texts]] if len(texts) <= ALTERNATIVES_MAX else []
