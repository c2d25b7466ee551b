"""The base of every contract model, and the one form in which times cross a wire."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer


class Contract(BaseModel):
    """Frozen, and tolerant: a consumer ignores fields that a newer producer added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def to_utc_ms(value: datetime) -> datetime:
    """Return the same instant in UTC, cut (not rounded) to milliseconds."""
    return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)


def format_time(value: datetime) -> str:
    """Return RFC 3339 in UTC, without a fraction when it is zero (`2016-02-29T01:16:00Z`).

    Takes an aware datetime in UTC, as `Timestamp` fields hold it.
    """
    text = value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return text.removesuffix("+00:00") + "Z"


def parse_time(text: str) -> datetime:
    """Return the aware UTC datetime of an RFC 3339 text; raises ValueError on anything else."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("a time needs an offset, such as Z")
    return to_utc_ms(value)


Timestamp = Annotated[
    AwareDatetime, AfterValidator(to_utc_ms), PlainSerializer(format_time, return_type=str, when_used="json")
]

JsonObject = dict[str, Any]
