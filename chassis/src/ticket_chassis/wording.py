"""What a failed validation tells a client: what the API asks for, in words, and nothing of how it is checked."""

from collections.abc import Mapping
from typing import Any

_IN_WORDS: dict[str, str] = {
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "enum": "must be {expected}",
    "extra_forbidden": "is not known here",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be an array",
    "literal_error": "must be {expected}",
    "missing": "is required",
    "model_attributes_type": "must be an object",
    "model_type": "must be an object",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_type": "must be a string",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
    "tuple_type": "must be an array",
    "value_error": "{error}",
}


def in_words(error: Mapping[str, Any]) -> str:
    """Return the sentence for one error as pydantic lists it; its own where it is of a kind that is not known here."""
    sentence = _IN_WORDS.get(error["type"])
    return str(error["msg"]) if sentence is None else sentence.format_map(error.get("ctx") or {})
