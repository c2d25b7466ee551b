"""The base of every contract model, and the one form in which times cross a wire."""

import re
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

JsonObject = dict[str, Any]

RULES = "x-rules"
UNIT = "x-unit"
MEANING = "x-meaning"
"""Keywords of our own in the JSON Schemas: rules that validators hold beyond what a schema can say, as a list of
sentences; and what a value measures or means, where readers compute with it. They never change within a version."""

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_WITHOUT_FINER_DIGITS = len("2016-02-29T01:16:00.123456+02:00")
_FINER_DIGITS = re.compile(r"(?<=\.\d{6})\d+", re.ASCII)


class Contract(BaseModel):
    """Frozen, and tolerant: a consumer ignores fields that a newer producer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def trusted(cls, values: JsonObject) -> Self:
        """Return a model that holds `values` as they are: all fields, known to be right. Keeps the mapping.

        What `model_construct` does, without looking for aliases and defaults: that took a third of a projector's time.
        """
        model = cls.__new__(cls)
        object.__setattr__(model, "__dict__", values)
        object.__setattr__(model, "__pydantic_fields_set__", _all_fields(cls))
        object.__setattr__(model, "__pydantic_extra__", None)
        object.__setattr__(model, "__pydantic_private__", None)
        return model


@cache
def _all_fields(model: type[Contract]) -> set[str]:
    """Return the names of a model's fields: one set for all instances, which are frozen and copy it before a change."""
    return set(model.model_fields)


def to_utc_ms(value: datetime) -> datetime:
    """Return the same instant in UTC, cut (not rounded) to milliseconds.

    Raises ValueError where that lies outside of the years 1 to 9999.
    """
    if value.tzinfo is UTC and value.microsecond % 1000 == 0:
        return value
    try:
        return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)
    except OverflowError:
        raise ValueError("outside of the years 1 to 9999 in UTC") from None


@lru_cache(maxsize=16_384)
def format_time(value: datetime) -> str:
    """Return RFC 3339 in UTC, without a fraction when it is zero (`2016-02-29T01:16:00Z`).

    Takes an aware datetime in UTC, as `Timestamp` fields hold it. Remembers the last ones: a view says its times again
    with each of its changes.
    """
    text = value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z"


def parse_time(text: str) -> datetime:
    """Return the aware UTC datetime of an RFC 3339 text, remembering the last ones; raises ValueError on others."""
    # RFC 3339 has no limit to the digits of a fraction, and a text of a megabyte must not be what is remembered.
    return _parse_time(text if len(text) <= _WITHOUT_FINER_DIGITS else _FINER_DIGITS.sub("", text))


@lru_cache(maxsize=16_384)
def _parse_time(text: str) -> datetime:
    return to_utc_ms(datetime.fromisoformat(_checked_form(text).upper()))


def _checked_form(text: str) -> str:
    if not _RFC_3339.fullmatch(text):
        raise ValueError("a time is RFC 3339 with an offset, such as 2016-02-29T01:16:00Z")
    return text


def _read_time(value: object) -> object:
    # Without this, pydantic takes numbers too, and guesses whether they are seconds or milliseconds.
    if isinstance(value, datetime):
        return to_utc_ms(value) if value.tzinfo else value
    return parse_time(value if isinstance(value, str) else "")


Timestamp = Annotated[
    AwareDatetime,
    BeforeValidator(_read_time),
    PlainSerializer(format_time, return_type=str, when_used="json"),
]

EventData = Annotated[JsonObject, Field(max_length=100)]
"""The data of an event of any type: at most 100 members; the type's own model limits each that it knows."""
