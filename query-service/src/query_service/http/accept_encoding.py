"""The Accept-Encoding header (RFC 9110 12.5.3), as far as gzip goes: the only coding that there is here."""

import re

_ELEMENT = re.compile(r"\s*([!#$%&'*+.^_`|~0-9a-z-]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII)


def accepts_gzip(field: str) -> bool:
    """Say whether a client takes gzip, and likes it no less than the plain form if it names that.

    What is malformed is ignored. That the plain form is refused (`identity;q=0`) is no error where it is sent.
    """
    weights = {
        match[1]: float(match[2] or 1)
        for element in field.lower().split(",")
        if (match := _ELEMENT.fullmatch(element)) is not None
    }
    # RFC 9110 8.4.1.3: x-gzip is the same thing.
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)
