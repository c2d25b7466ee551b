"""Lists and searches as anybody would write them first: all tickets, one condition after the other, sorted.

Written from what readers are promised, and with none of the query service's code. Its tickets are awkward on purpose:
names that mean something elsewhere, words whose case folds to something else, times at both ends.
"""

import random
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

NAMES = (
    "a.b", "$x", "A", "a", "a ", "é", "e\u0301", "status=open", "x" * 50, "null", "0", "{}", "a&b=c", "a+b", "😀", "ß",
    "SS", "İ", "%41", "a\tb", "a, b", "'", '"', "\u2028",
)  # fmt: skip
WORDS = (
    "printer", "fire", "Fire", "café", "cafe\u0301", "strasse", "Straße", "ﬁre", "①", "1", "½", "İnc", "inc-7", "a_b",
    "हिन्दी", "印刷機", "x" * 50, "x" * 40, "K", "k", "Σας", "ΣΑΣ", "😀ok", "ǆ", "ab\u200dc", "٣", "Ⅻ", "ŉ", "of",
)  # fmt: skip
_MARCH = datetime(2016, 3, 1, tzinfo=UTC)
TIMES = (
    *(_MARCH + timedelta(milliseconds=n) for n in (-86_400_000, -1, 0, 1, 999, 1_000, 60_000, 3_600_000, 86_400_000)),
    datetime(1, 1, 1, tzinfo=UTC), datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
)  # fmt: skip
STATUSES = ("open", "triaged", "in_progress", "waiting", "resolved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
CHANNELS = ("web", "email", "phone", "chat", "self_service", "direct", "ivr")

_ANY_OF = {"status": STATUSES, "priority": PRIORITIES, "channel": CHANNELS}
_ONE_OF = {
    "group": NAMES[:9], "assignee": NAMES[:5], "customer_id": NAMES, "external_id": NAMES,
    "has_note": ("true", "false"), "awaiting": ("us", "customer"),
}  # fmt: skip
_TIMES_OF = ("created", "updated")
SHORT = 16
"""Different words, up to which a text is a short one."""

Wanted = Mapping[str, Any]
"""A filter's values by its parameter: a list where it may be repeated."""


def some_ticket(chance: random.Random) -> dict[str, Any]:
    """Return the fields of a ticket that lists and searches look at."""
    status = chance.choices(STATUSES, (5, 1, 1, 3, 2, 8))[0]
    long = " ".join(f"w{n}" for n in range(20)) if chance.random() < 0.2 else ""
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128))),
        "external_id": chance.choice([None, None, None, *NAMES]),
        "subject": _some_words(chance, 3),
        "message": f"{_some_words(chance, 6)} {long}",
        "status": status,
        "waiting_reason": "vendor" if status == "waiting" else None,
        "priority": chance.choice(PRIORITIES),
        "channel": chance.choice(CHANNELS),
        "group": chance.choice([None, *NAMES[:8]]),
        "assignee": chance.choice([None, *NAMES[:4]]),
        "customer_id": chance.choice(NAMES),
        "tags": tuple(chance.sample(NAMES[:9], chance.randrange(5))),
        "has_note": chance.random() < 0.2,
        "awaiting": chance.choice([None, "us", "customer"]),
        "created_at": chance.choice(TIMES),
        "updated_at": chance.choice(TIMES),
    }


def some_filter(chance: random.Random) -> dict[str, Any]:
    """Return up to four filters."""
    wanted: dict[str, Any] = {}
    for name in chance.sample([*_ANY_OF, *_ONE_OF, "tag", *_TIMES_OF], chance.choice([0, 1, 1, 2, 2, 3, 4])):
        if name in _ONE_OF:
            wanted[name] = chance.choice(_ONE_OF[name])
        elif name in _TIMES_OF:
            for end in chance.choice([("since",), ("before",), ("since", "before")]):
                wanted[f"{name}_{end}"] = chance.choice(TIMES)
        else:
            wanted[name] = chance.choices(_ANY_OF.get(name, NAMES[:9]), k=chance.randrange(1, 4))
    return wanted


def some_query(chance: random.Random, tickets: Sequence[Mapping[str, Any]]) -> str:
    """Return up to three words, more often than not of a text that is there."""
    text = chance.choice(tickets)
    there = words_of(f"{text['subject']} {text['message']}")
    pool = there if there and chance.random() < 0.6 else list(WORDS)
    return " ".join(chance.sample(pool, min(len(pool), chance.randrange(1, 4))))


def is_wanted(ticket: Mapping[str, Any], wanted: Wanted) -> bool:
    """Say whether a ticket passes all filters."""
    return all(_passes(ticket, name, value) for name, value in wanted.items())


def listed(tickets: Sequence[Mapping[str, Any]], wanted: Wanted, sort: str) -> list[str]:
    """Return the ids that a list holds from its first page to its last: ties by id, upwards."""
    found = sorted((ticket for ticket in tickets if is_wanted(ticket, wanted)), key=lambda ticket: ticket["id"])
    found.sort(key=lambda ticket: ticket[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return [ticket["id"] for ticket in found]


def ranks(tickets: Sequence[Mapping[str, Any]], wanted: Wanted, q: str) -> dict[str, tuple[int, bool, int]]:
    """Return the place of each ticket that a search holds: most words in the subject, short texts, the newest."""
    asked = words_of(q)
    return {
        ticket["id"]: rank
        for ticket in tickets
        if is_wanted(ticket, wanted) and (rank := _rank(ticket, asked)) is not None
    }


def words_of(text: str) -> list[str]:
    """Return the different words of a text, 40 code points of each.

    They are letters and digits, without case and accents, with their vowel signs; joiners are none of a word.
    """
    plain = "".join(
        folded
        for letter in text
        for part in unicodedata.normalize("NFKD", letter)
        if not unicodedata.combining(part) and part not in "\u00ad\u200c\u200d"
        for folded in part.casefold()
    )
    apart = "".join(c if c.isalnum() or unicodedata.category(c) in ("Mn", "Mc") else " " for c in plain)
    return list(dict.fromkeys(word[:40] for word in apart.split()))


def _rank(ticket: Mapping[str, Any], asked: Sequence[str]) -> tuple[int, bool, int] | None:
    title = set(words_of(f"{ticket['external_id'] or ''} {ticket['subject']}"))
    everything = title | set(words_of(ticket["message"]))
    if not set(asked) <= everything:
        return None
    second = (ticket["created_at"] - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    return -len(title.intersection(asked)), len(everything) > SHORT, -second


def _passes(ticket: Mapping[str, Any], name: str, value: Any) -> bool:
    if name in _ANY_OF:
        return bool(ticket[name] in value)
    if name == "tag":
        return set(value) <= set(ticket["tags"])
    if name == "has_note":
        return bool(ticket["has_note"] == (value == "true"))
    if name.endswith("_since"):
        return bool(ticket[name.replace("_since", "_at")] >= value)
    if name.endswith("_before"):
        return bool(ticket[name.replace("_before", "_at")] < value)
    return bool(ticket[name] == value)


def _some_words(chance: random.Random, most: int) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randrange(most + 1)))
