"""Words: what of a ticket's text can be searched for, and in which order the tickets that have it are found.

A ticket is posted under each of its words and, if it has few, under every two of them as well: so one or two words are
one place in one index, however many tickets have them. What a ticket is posted under never changes, for its subject,
message and external id do not: only a new ticket costs entries.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zlib import crc32

from ticket_contracts.views import TicketView

WORD_MAX = 40
"""Code points of a word that count; whatever follows them is the same word."""

SHORT = 16
"""Words of a ticket that is posted under pairs too: 120 of them."""

Post = str | int
"""A word with its form, or a pair of words with its score."""

SCORES = (2, 1, 0)
"""How many of a pair's words are in the subject or the external id."""

SHORT_FORMS = ("a", "c")
LONG_FORMS = ("b", "d")
FORMS = ("a", "b", "c", "d")
"""A word in a short ticket's subject or external id, in a long one's; in a short one's message alone, in a long one's.

In this order tickets are found: by where the word is, then short texts, and of those the newest first.
"""

TITLE_FORMS = frozenset("ab")

_FORM = len(":a")
_WORD = re.compile(r"[^\W_]+")
_UNSEEN = frozenset(
    "\u00ad\u034f\u200c\u200d\u2060\ufeff"  # soft hyphen, joiners and non-joiners: places within a word
    + "".join(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), *range(0x180B, 0x180E))))
)
"""What shows nothing by itself, variation selectors among it: a word with it is the same word."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_TIE_BITS = 25


def words_in(text: str) -> list[str]:
    """Return the different words of a text in their order: runs of letters and digits, without case and accents."""
    found = _WORD.findall(text.lower()) if text.isascii() else _spelt(text)
    return list(dict.fromkeys(word[:WORD_MAX] for word in found))


def _spelt(text: str) -> Iterator[str]:
    """Yield the words of a text that may be in any script."""
    decomposed = unicodedata.normalize("NFKD", text)
    known = {letter: _as_part(letter) for letter in set(decomposed)}
    for word in "".join(map(known.__getitem__, decomposed)).casefold().lower().split():
        if any(map(str.isalnum, word)):
            yield word


def _as_part(letter: str) -> str:
    """Return what a code point is to a word: itself, nothing, or a blank where it ends one.

    Marks without a combining class are the vowels of Indic scripts; those with one are accents, and their like.
    """
    if letter.isalnum():
        return letter
    if letter in _UNSEEN or unicodedata.combining(letter):
        return ""
    return letter if unicodedata.category(letter) in ("Mn", "Mc") else " "


def posts_of(view: TicketView) -> list[Post]:
    """Return what the ticket is posted under."""
    title = words_in(f"{view.external_id or ''} {view.subject}")
    body = [word for word in words_in(view.message) if word not in title]
    in_title, in_body = SHORT_FORMS if len(title) + len(body) <= SHORT else LONG_FORMS
    posts: list[Post] = [post_of(word, in_title) for word in title]
    posts += [post_of(word, in_body) for word in body]
    if in_title in SHORT_FORMS:
        halves = [(_half(word), 1) for word in title] + [(_half(word), 0) for word in body]
        posts += [_pair(one, other, here + there) for (one, here), (other, there) in combinations(halves, 2)]
    return posts


def text_of(posts: Iterable[Post]) -> str:
    """Return the words among what a ticket is posted under, as one text; `is_in` says whether a word is one of them."""
    return f" {' '.join(post[:-_FORM] for post in posts if isinstance(post, str))} "


def is_in(word: str, text: str) -> bool:
    """Say whether a word is one of those of `text_of`. No word has a blank in it."""
    return f" {word} " in text


def post_of(word: str, form: str) -> str:
    """Return what a ticket is posted under that has the word in this form, one of FORMS."""
    return f"{word}:{form}"


def pair_post(one: str, other: str, score: int) -> int:
    """Return what a short ticket is posted under that has both words, `score` of them where they count most.

    31 bits of each word's CRC and two of the score, signed.
    """
    return _pair(_half(one), _half(other), score)


def _half(word: str) -> int:
    return crc32(word.encode()) >> 1


def _pair(one: int, other: int, score: int) -> int:
    if one > other:
        one, other = other, one
    return (one << 33 | other << 2 | score) - 2**63


def born(view: TicketView) -> int:
    """Return a number that grows with the second in which a ticket was created; hardly any two have the same."""
    seconds = (view.created_at - _EPOCH) // _SECOND
    return seconds << _TIE_BITS | crc32(view.id.encode()) >> (32 - _TIE_BITS)
