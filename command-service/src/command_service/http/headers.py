"""The request headers that commands understand. A malformed one is 400 `bad-header`."""

import re

from starlette.requests import Request

from ticket_chassis.problems import BAD_HEADER, BAD_PARAMETER, FieldError, ProblemError

KEY_MAX = 200

_VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")
# One element of a list (RFC 9110, 5.6.1: recipients skip empty ones) with what ends it. Possessive, so that no header,
# however long, takes more than one look at each character.
_ELEMENT = re.compile(r'[ \t]*+(?:(?P<weak>W/)?"(?P<tag>[\x21\x23-\x7e\x80-\xff]*+)"[ \t]*+)?(?:,|\Z)')
_VERSION = re.compile(r"([1-9][0-9]{0,17})(?:-[a-z0-9]+)*")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def bare_key(text: str) -> str | None:
    """Return the idempotency key that `text` stands for, quoted or not; None if it is malformed."""
    if text.startswith('"'):
        text = text[1:-1] if len(text) > 1 and text.endswith('"') else ""
    return text if _VISIBLE.fullmatch(text) else None


def idempotency_key(request: Request) -> str | None:
    """Return the key of the Idempotency-Key header, None without one."""
    values = request.headers.getlist("idempotency-key")
    if not values:
        return None
    key = bare_key(values[0].strip(" \t")) if len(values) == 1 else None
    if key is None:
        raise _bad("Idempotency-Key", f"one key of 1 to {KEY_MAX} visible ASCII characters, quoted or bare")
    return key


def if_match(request: Request) -> frozenset[int] | None:
    """Return the versions of which If-Match wants one, None where any will do (no header, or `*`)."""
    values = request.headers.getlist("if-match")
    if not values:
        return None
    text = ",".join(values).strip(" \t")
    if text == "*":
        return None
    tags = _entity_tags(text)
    if not tags:
        raise _bad("If-Match", '`*`, or a list of entity tags such as "7"')
    # Weak tags never match, and tags that are none of ours match no version.
    strong = (tag for weak, tag in tags if not weak)
    return frozenset(int(found[1]) for tag in strong if (found := _VERSION.fullmatch(tag)))


def _entity_tags(text: str) -> list[tuple[str | None, str]]:
    """Return (weak or not, tag) of each element; nothing where the text is no such list."""
    tags: list[tuple[str | None, str]] = []
    position = 0
    while position < len(text):
        element = _ELEMENT.match(text, position)
        if element is None:
            return []
        if element["tag"] is not None:
            tags.append((element["weak"], element["tag"]))
        position = element.end()
    return tags


def traceparent(request: Request) -> str | None:
    """Return the W3C trace context, None without a usable one."""
    text = request.headers.get("traceparent", "")
    return text if _TRACEPARENT.fullmatch(text) else None


async def no_parameters(request: Request) -> None:
    """Raise 400 `bad-parameter` for any query parameter: commands take none."""
    if request.query_params:
        errors = [FieldError("parameter", name, "unknown parameter") for name in request.query_params]
        raise ProblemError(BAD_PARAMETER, "Commands take no query parameters", errors=errors)


def _bad(name: str, rule: str) -> ProblemError:
    return ProblemError(BAD_HEADER, f"{name} is malformed", errors=[FieldError("header", name, f"must be {rule}")])
