"""Headers, paths and methods that cannot be taken, on the real service."""

import json
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import pytest

pytestmark = pytest.mark.stack

Served = Any  # the one of conftest.py, which cannot be imported

CREATE = {"customer_id": "c", "subject": "s", "message": "m"}
JSON = {"Content-Type": "application/json"}

HEADERS: dict[str, tuple[list[tuple[str, str]], int, str]] = {
    "a key twice": ([("Idempotency-Key", "k"), ("Idempotency-Key", "k")], 400, "bad-header"),
    "a key of 201": ([("Idempotency-Key", "k" * 201)], 400, "bad-header"),
    "an empty key": ([("Idempotency-Key", "")], 400, "bad-header"),
    "a key with a blank": ([("Idempotency-Key", "a b")], 400, "bad-header"),
    "a key with a tab": ([("Idempotency-Key", "a\tb")], 400, "bad-header"),
    "a bare version": ([("If-Match", "1")], 400, "bad-header"),
    "a star and more": ([("If-Match", "*"), ("If-Match", '"1"')], 400, "bad-header"),
    "no type": ([("Content-Type", "")], 415, "unsupported-media-type"),
    "a form": ([("Content-Type", "application/x-www-form-urlencoded")], 415, "unsupported-media-type"),
    "text": ([("Content-Type", "text/json")], 415, "unsupported-media-type"),
    "a patch": ([("Content-Type", "application/merge-patch+json")], 415, "unsupported-media-type"),
    "another charset": ([("Content-Type", "application/json; charset=utf-16")], 415, "unsupported-media-type"),
    "two types": (
        [("Content-Type", "application/json"), ("Content-Type", "text/plain")],
        415,
        "unsupported-media-type",
    ),
    "brotli": ([("Content-Encoding", "br")], 415, "unsupported-media-type"),
}


@pytest.mark.parametrize(("headers", "status", "code"), HEADERS.values(), ids=HEADERS)
def test_headers_that_cannot_be_taken(
    served: Served, http: httpx2.Client, headers: list[tuple[str, str]], status: int, code: str
) -> None:
    before = served.stored()
    named = {name for name, _ in headers}
    usual = [] if "Content-Type" in named else list(JSON.items())
    answer = http.post("/tickets", content=json.dumps(CREATE), headers=[*usual, *headers])
    assert served.refused(answer) == (status, code)
    assert served.stored() == before


PAGES: dict[str, tuple[str, str, int, str]] = {
    "an id that is none": ("POST", "/tickets/nonsense/closure", 404, "ticket-not-found"),
    "an id without hyphens": ("POST", f"/tickets/{'0' * 32}/closure", 404, "ticket-not-found"),
    "an id in braces": ("POST", f"/tickets/%7B{uuid4()}%7D/closure", 404, "ticket-not-found"),
    "an id with a line feed": ("POST", f"/tickets/{uuid4()}%0A/closure", 404, "ticket-not-found"),
    "an id with NUL": ("POST", "/tickets/%00/closure", 404, "ticket-not-found"),
    "an id of bad UTF-8": ("POST", "/tickets/%FF/closure", 404, "ticket-not-found"),
    "an operator for an id": ("POST", "/tickets/%7B%22$gt%22:%22%22%7D/closure", 404, "ticket-not-found"),
    "a long id": ("POST", f"/tickets/{'a' * 5_000}/closure", 404, "ticket-not-found"),
    "two dots": ("POST", "/tickets/../closure", 404, "not-found"),
    "two dots, escaped": ("POST", "/tickets/%2e%2e/closure", 404, "ticket-not-found"),
    "a slash, escaped": ("POST", "/tickets/..%2f..%2fetc%2fpasswd/closure", 404, "not-found"),
    "two slashes": ("POST", "//tickets", 404, "not-found"),
    "a slash more": ("POST", "/tickets/", 404, "not-found"),
    "upper case": ("POST", "/Tickets", 404, "not-found"),
    "a command that there is not": ("POST", f"/tickets/{uuid4()}/delete", 404, "not-found"),
    "GET": ("GET", "/tickets", 405, "method-not-allowed"),
    "PUT": ("PUT", "/commands", 405, "method-not-allowed"),
    "PATCH": ("PATCH", f"/tickets/{uuid4()}/status", 405, "method-not-allowed"),
    "DELETE": ("DELETE", f"/tickets/{uuid4()}/closure", 405, "method-not-allowed"),
    "TRACE": ("TRACE", "/tickets", 405, "method-not-allowed"),
    "OPTIONS": ("OPTIONS", "/tickets", 405, "method-not-allowed"),
    "a method that there is not": ("BREW", "/tickets", 405, "method-not-allowed"),
    "a method and a page that there are not": ("BREW", "/coffee", 404, "not-found"),
    "POST to a page": ("POST", "/freshness", 405, "method-not-allowed"),
    "a parameter": ("POST", "/tickets?dry_run=1", 400, "bad-parameter"),
    "an operator for a parameter": ("POST", "/commands?$where=1", 400, "bad-parameter"),
    "a parameter of bad UTF-8": ("POST", "/tickets?%ff=%00", 400, "bad-parameter"),
}


@pytest.mark.parametrize(("method", "path", "status", "code"), PAGES.values(), ids=PAGES)
def test_pages_and_methods_that_there_are_not(
    served: Served, http: httpx2.Client, method: str, path: str, status: int, code: str
) -> None:
    before = served.stored()
    # The client would tidy the path: it goes out as it stands.
    raw = httpx2.URL(served.urls[0]).copy_with(raw_path=path.encode())
    request = httpx2.Request(method, raw, headers=JSON, content=b"{}")
    answer = http.send(request)
    assert urlsplit(str(answer.request.url)).netloc == urlsplit(served.urls[0]).netloc
    assert served.refused(answer) == (status, code)
    assert (status == 405) == ("allow" in answer.headers)
    assert served.stored() == before
