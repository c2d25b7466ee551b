"""The Prefer header (RFC 7240): how long a read may wait, and what it takes instead."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from query_service.queries.await_token import Patience

WAIT_DEFAULT = 2
WAIT_MAX = 10

# A comma within quotes separates nothing; a quote that is never closed reaches to the end of its line.
_PART = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.?)*"?)+', re.DOTALL)
_PREFERENCE = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]*))?\s*')


@dataclass(frozen=True)
class Preferences:
    """What a read asks for; None where it does not say, or says something unusable."""

    wait: int | None = None
    handling: str | None = None

    @property
    def patience(self) -> Patience:
        """How long to wait for a token, and whether a stale answer is of use."""
        return Patience(WAIT_DEFAULT if self.wait is None else self.wait, self.handling != "lenient")

    @property
    def applied(self) -> str | None:
        """The value of Preference-Applied; None where nothing was asked for."""
        parts = [] if self.wait is None else [f"wait={self.wait}"]
        parts += [] if self.handling is None else [f"handling={self.handling}"]
        return ", ".join(parts) or None


def parse_preferences(lines: Iterable[str]) -> Preferences:
    """Return the preferences of the header's lines. Unknown and unusable ones are ignored, the first one counts."""
    found: dict[str, str] = {}
    for part in (part for line in lines for part in _PART.findall(line)):
        match = _PREFERENCE.match(part)
        if match is not None:
            found.setdefault(match[1].lower(), (match[2] or "").strip('"'))
    return Preferences(_wait(found.get("wait", "")), _handling(found.get("handling", "")))


def _wait(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()):
        return None
    # Compared by length first: Python refuses to read thousands of digits.
    return WAIT_MAX if len(text.lstrip("0")) > 2 else min(int(text), WAIT_MAX)


def _handling(text: str) -> str | None:
    lower = text.lower()
    return lower if lower in ("strict", "lenient") else None
