"""Cursors of searches: where the next page goes on, ranked or scanned, and for which words it was given."""

from zlib import crc32

from query_service.domain.cursors import BadCursor, are_numbers, decode, encode, is_ticket_id
from query_service.domain.routes import stretches
from query_service.domain.searching import Rank, Scan

_SKIP_MAX = 10_000
_INT64 = 2**63


def encode_search_cursor(words: tuple[str, ...], place: Rank | Scan) -> str:
    """Return the cursor that goes on behind `place`."""
    match place:
        case Rank(elsewhere, is_long, age, ticket_id):
            return encode(["ranked", _mark(words), elsewhere, is_long, age, ticket_id])
        case Scan(route, stretch, behind, skip):
            return encode(["scan", _mark(words), list(route), stretch, behind, skip])


def decode_search_cursor(words: tuple[str, ...], text: str) -> Rank | Scan:
    """Return the place of a cursor; raises BadCursor, also where it was given for other words.

    With other filters it goes on behind the same place.
    """
    match decode(text):
        case ["ranked", int(mark), int(elsewhere), bool(is_long), int(age), str(ticket_id)] if are_numbers(
            mark, elsewhere, age
        ) and is_ticket_id(ticket_id):
            place: Rank | Scan = Rank(elsewhere, is_long, age, ticket_id)
        case ["scan", int(mark), [int(pair), int(single)], int(stretch), int() | None as behind, int(skip)] if (
            are_numbers(mark, pair, single, stretch, 0 if behind is None else behind, skip)
            and 0 <= pair < max(1, len(words) - 1)
            and 0 <= single < len(words)
            and 0 <= stretch < len(stretches(words, (pair, single)))
            and -_INT64 <= (behind or 0) < _INT64
            and 0 <= skip <= _SKIP_MAX
        ):
            place = Scan((pair, single), stretch, behind, skip)
        case _:
            raise BadCursor("not a cursor of this service for this search")
    if mark != _mark(words):
        raise BadCursor("not a cursor of this service for this search")
    return place


def _mark(words: tuple[str, ...]) -> int:
    return crc32(" ".join(words).encode())
