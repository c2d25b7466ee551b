"""Bodies that are no JSON, too large or coded, on the real service: refused, and nothing stored."""

import gzip
import json
from typing import Any

import httpx2
import pytest

pytestmark = pytest.mark.stack

Served = Any  # the one of conftest.py, which cannot be imported

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}
JSON = {"Content-Type": "application/json"}
MIB = 1024 * 1024


def with_value(raw: str) -> bytes:
    """A creation whose subject is this JSON."""
    return b'{"customer_id": "c", "message": "m", "subject": ' + raw.encode("utf-8", "surrogatepass") + b"}"


MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "blank": b" \n",
    "cut off": b'{"customer_id": "c"',
    "two documents": json.dumps(CREATE).encode() * 2,
    "single quotes": b"{'customer_id': 'c'}",
    "trailing comma": b'{"customer_id": "c",}',
    "a comment": b'{"customer_id": "c"} // yes',
    "a form": b"customer_id=c&subject=s&message=m",
    "XML": b"<ticket/>",
    "NaN": with_value("NaN"),
    "Infinity": with_value("-Infinity"),
    "beyond a double": with_value("1e400"),
    "ten thousand digits": with_value("1" * 10_000),
    "leading zero": with_value("01"),
    "a name twice": b'{"customer_id": "c", "subject": "s", "message": "m", "subject": "t"}',
    "a name twice, escaped": b'{"customer_id": "c", "subject": "s", "message": "m", "s\\u0075bject": "t"}',
    "a name twice, deep": with_value('{"a": [{"b": 1, "b": 2}]}'),
    "65 levels": with_value("[" * 64 + "]" * 64),
    "a thousand levels": with_value("[" * 1_000 + "]" * 1_000),
    "levels without end": b"[" * (MIB - 1),
    "objects without end": b'{"a":' * 100_000,
    "bad UTF-8": with_value('"').replace(b'"}', b'"\xff"}'),
    "overlong UTF-8": with_value('"').replace(b'"}', b'"\xc0\xaf"}'),
    "a surrogate in UTF-8": with_value('"\ud800"'),
    "a lone surrogate": with_value('"\\ud800"'),
    "a lone low surrogate": with_value('"\\udc00 \\ud83d"'),
    "a lone surrogate in a name": b'{"\\ud800": 1}',
    "UTF-16": json.dumps(CREATE).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(CREATE).encode(),
    "a raw NUL": with_value('"a\x00b"'),
    "a raw line feed": with_value('"a\nb"'),
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", ["/tickets", "/tickets/{ticket}/closure", "/commands"])
def test_malformed_json(served: Served, http: httpx2.Client, ticket: str, path: str, raw: bytes) -> None:
    before = served.stored()
    if not raw and "closure" in path:
        pytest.skip("a closure takes nothing")
    answer = http.post(path.format(ticket=ticket), content=raw, headers=JSON)
    assert served.refused(answer) == (400, "malformed-request")
    assert served.stored() == before


@pytest.mark.parametrize("body", [b" " * 64 * MIB, json.dumps(CREATE).encode()], ids=["large", "small"])
def test_nothing_is_decompressed(served: Served, http: httpx2.Client, body: bytes) -> None:
    before, bomb = served.stored(), gzip.compress(body)
    answer = http.post("/tickets", content=bomb, headers=JSON | {"Content-Encoding": "gzip"})
    assert served.refused(answer) == (415, "unsupported-media-type")
    assert served.refused(http.post("/tickets", content=bomb, headers=JSON)) == (400, "malformed-request")
    assert served.stored() == before


def test_bodies_above_1_mib(served: Served, http: httpx2.Client) -> None:
    before = served.stored()
    whole = json.dumps(CREATE).encode()
    fits = whole + b" " * (MIB - len(whole))
    assert served.refused(http.post("/tickets", content=fits + b" ", headers=JSON)) == (413, "too-large")
    assert served.refused(http.post("/tickets", content=iter([fits, b" "]), headers=JSON)) == (413, "too-large")
    assert served.stored() == before
    assert http.post("/tickets", content=fits, headers=JSON).status_code == 201
