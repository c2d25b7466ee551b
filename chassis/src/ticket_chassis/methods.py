"""A method that nobody knows is one that is not allowed: 405, with Allow, as for any other that a page does not take.

httptools has a list of methods and takes anything else for no HTTP at all, of which nobody could be told what is
allowed. So it reads another name, and the request keeps its own.
"""

import re

_EVERY_DAY = (b"GET ", b"POST ")
_KNOWN = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT"})
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) [!-~]+ HTTP/1\.[01]\r\n")
_STAND_IN = b"TRACE"


def without_unknown_method(data: bytes) -> tuple[bytes, bytes | None]:
    """Return a message, from its beginning on, as httptools reads it, and the name of a method that it would not know.

    Only of a request line that is here, whole: of less it cannot be said that it is HTTP.
    """
    if data.startswith(_EVERY_DAY):
        return data, None
    line = _REQUEST_LINE.match(data)
    if line is None or line[1] in _KNOWN:
        return data, None
    return _STAND_IN + data[line.end(1) :], line[1]
