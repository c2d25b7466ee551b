"""Cursors of lists: opaque to clients, a place in an order to us."""

import base64
import binascii
import json
import re
from datetime import UTC, datetime, timedelta

from query_service.domain.listing import Place, Sort
from ticket_contracts.fields import UUID_PATTERN

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 300
_ID = re.compile(UUID_PATTERN)


class BadCursor(ValueError):
    """The text is no cursor that this service gave for this order."""


def encode_cursor(sort: Sort, place: Place) -> str:
    """Return the cursor that goes on behind `place`."""
    milliseconds = (place.time - _EPOCH) // timedelta(milliseconds=1)
    return encode([sort.value, milliseconds, place.ticket_id])


def decode_cursor(sort: Sort, text: str) -> Place:
    """Return the place of a cursor; raises BadCursor, also where it was given for another order.

    A cursor is a place in an order and nothing else: with other filters it goes on behind the same place.
    """
    match decode(text):
        case [str(order), int(milliseconds), str(ticket_id)] if (
            order == sort.value and are_numbers(milliseconds) and is_ticket_id(ticket_id)
        ):
            try:
                return Place(_EPOCH + timedelta(milliseconds=milliseconds), ticket_id)
            except OverflowError:
                raise BadCursor("not a cursor of this service") from None
        case _:
            raise BadCursor("not a cursor of this service for this order")


def encode_version_cursor(version: int) -> str:
    """Return the cursor of a timeline that goes on behind `version`."""
    return encode([version])


def decode_version_cursor(text: str) -> int:
    """Return the version of a timeline's cursor; raises BadCursor."""
    match decode(text):
        case [int(version)] if are_numbers(version) and 1 <= version < 2**31:
            return version
        case _:
            raise BadCursor("not a cursor of this timeline")


def is_ticket_id(text: str) -> bool:
    """Say whether the text is a ticket's id."""
    return _ID.fullmatch(text) is not None


def are_numbers(*values: int) -> bool:
    """Say whether none of them is JSON's true or false, which Python takes for numbers and the database does not."""
    return not any(isinstance(value, bool) for value in values)


def encode(content: list[object]) -> str:
    """Return opaque text that holds some JSON."""
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str) -> object:
    """Return the JSON in what `encode` gave; raises BadCursor."""
    if len(text) > _LONGEST:
        raise BadCursor("too long")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursor("not a cursor of this service") from None
