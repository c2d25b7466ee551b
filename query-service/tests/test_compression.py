"""Large answers are gzipped for whoever takes that, once, with an entity tag of their own; nobody else pays for it."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from query_service.answers import AnswerCache
from query_service.http import compression
from query_service.http.accept_encoding import accepts_gzip
from query_service.http.compression import AT_ONCE, SMALLEST
from ticket_contracts.partitioning import partition_of

ONE, TWO, SMALL = (str(uuid.UUID(int=n)) for n in (1, 2, 3))
LARGE_TEXT = "It is on fire. " * 600
TICKET = f"/tickets/{ONE}"
LIST = "/tickets?sort=created_at"
DASHBOARD = "/dashboard"
KEPT = [TICKET, LIST, DASHBOARD]
LARGE = [*KEPT, f"{TICKET}/timeline", "/tickets?q=printer"]
PLAIN = {"Accept-Encoding": "identity"}
GZIP = {"Accept-Encoding": "gzip"}
OF_THE_MOMENT = ("x-correlation-id", "projection-lag-ms")


@pytest.fixture(params=["read anew", "kept"])
async def stored(request: Any, in_memory: Any, answers: AnswerCache, a_view: Any, an_entry: Any, a_count: Any) -> None:
    """Let there be answers of more than SMALLEST bytes and a small ticket, once kept and once read anew each time."""
    ids = [str(uuid.UUID(int=n)) for n in range(10, 30)]
    parked = {"since": "2016-03-01T12:00:00Z", "reason": "gap"}
    views = [a_view(each) for each in (*ids, SMALL)]
    views += [a_view(ONE, 7, message=LARGE_TEXT), a_view(TWO, 7, message=LARGE_TEXT, stale=parked)]
    await in_memory.writer.write_views(views)
    await in_memory.writer.write_timeline([an_entry(ONE, data={"message": LARGE_TEXT})])
    groups = [{"key": f"Group {n}", "tickets": n, "live": n} for n in range(200)]
    await in_memory.writer.write_counters([a_count(partition_of(ONE), 5, by_group=groups)])
    if request.param == "kept":
        answers.open()


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the names of the threads in which a body has been gzipped, as they are."""
    threads: list[str] = []
    pack: Callable[[bytes], bytes] = compression._pack

    def note(body: bytes) -> bytes:
        threads.append(threading.current_thread().name)
        return pack(body)

    monkeypatch.setattr(compression, "_pack", note)
    return threads


@pytest.mark.parametrize(
    "field",
    [
        "gzip",
        "GZip",
        "x-gzip",
        "gzip, deflate, br",
        "br;q=1.0, gzip;q=0.8, *;q=0.1",
        "gzip ; q=0.001",
        "*",
        "*;q=0.5, br",
        "identity;q=0",
        "identity;q=0, gzip",
        "identity;q=0.5, gzip;q=0.5",
        "gzip;q=1.000,",
        "deflate;q=oops, gzip",
    ],
)
def test_gzip_is_taken(field: str) -> None:
    assert accepts_gzip(field) is (field != "identity;q=0")


@pytest.mark.parametrize(
    "field",
    [
        "",
        " , ",
        "identity",
        "deflate, br, zstd",
        "gzip;q=0",
        "gzip;q=0.000, *",
        "*;q=0",
        "identity, gzip;q=0.5",
        "gzip;q=2",
        "gzip;q=-1",
        "gzip;q=nan",
        "gzip;q=1e3",
        "gzip;level=9",
        "gzip gzip",
        "gzipped",
        "\u00e9gzip",
    ],
)
def test_gzip_is_not_taken(field: str) -> None:
    assert not accepts_gzip(field)


def headers_of(response: httpx2.Response, *but: str) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name not in (*OF_THE_MOMENT, *but)}


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("path", LARGE)
async def test_a_large_answer_is_gzipped_for_whoever_takes_it(
    client: httpx2.AsyncClient, packed: list[str], path: str
) -> None:
    plain = await client.get(path, headers=PLAIN)
    assert len(plain.content) >= SMALLEST
    assert "content-encoding" not in plain.headers
    assert not packed
    for _ in range(2):
        zipped = await client.get(path, headers=GZIP)
        assert zipped.headers["content-encoding"] == "gzip"
        assert zipped.content == plain.content
        assert int(zipped.headers["content-length"]) < len(plain.content) / 2
        assert zipped.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
        assert zipped.headers["vary"] == plain.headers["vary"] == "Prefer, Consistency-Token, Accept-Encoding"
        differing = ("content-encoding", "content-length", "etag")
        assert headers_of(zipped, *differing) == headers_of(plain, *differing)
    again = await client.get(path, headers=PLAIN)
    assert (again.content, headers_of(again)) == (plain.content, headers_of(plain))


@pytest.mark.usefixtures("stored")
async def test_a_ticket_keeps_its_version_in_the_tag(client: httpx2.AsyncClient) -> None:
    for _ in range(2):
        assert (await client.get(TICKET, headers=GZIP)).headers["etag"] == '"7-gzip"'
        assert (await client.get(f"/tickets/{TWO}", headers=GZIP)).headers["etag"] == '"7-stale-gzip"'
        assert (await client.get(TICKET, headers=PLAIN)).headers["etag"] == '"7"'


@pytest.mark.usefixtures("stored")
async def test_a_small_answer_is_left_as_it_is(client: httpx2.AsyncClient, packed: list[str]) -> None:
    for path in (f"/tickets/{SMALL}", "/tickets?limit=1", "/freshness"):
        for _ in range(2):
            small = await client.get(path, headers=GZIP)
            assert len(small.content) < SMALLEST
            assert "content-encoding" not in small.headers
            assert "gzip" not in small.headers["etag"]
    assert (await client.get(f"/tickets/{SMALL}", headers=GZIP)).headers["etag"] == '"1"'
    assert not packed


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("path", LARGE)
async def test_the_form_that_the_client_has_is_not_sent_again(
    client: httpx2.AsyncClient, packed: list[str], path: str
) -> None:
    plain = (await client.get(path, headers=PLAIN)).headers["etag"]
    zipped = plain[:-1] + '-gzip"'

    async def status(condition: str, accepted: dict[str, str]) -> tuple[int, str]:
        response = await client.get(path, headers={"If-None-Match": condition, **accepted})
        assert response.headers["vary"] == "Prefer, Consistency-Token, Accept-Encoding"
        if response.status_code == 304:
            assert not response.content
            assert not response.headers.keys() & {"content-encoding", "content-type"}
        return response.status_code, response.headers["etag"]

    for _ in range(2):
        assert await status(zipped, GZIP) == (304, zipped)
        assert await status(f"W/{zipped}", GZIP) == (304, zipped)
        assert await status("*", GZIP) == (304, zipped)
        assert await status(f"{plain}, {zipped}", GZIP) == (304, zipped)
        assert await status(plain, GZIP) == (304, plain)  # which is of as much use to it
        assert await status(plain, PLAIN) == (304, plain)
        assert await status("*", PLAIN) == (304, plain)
        assert await status(zipped, PLAIN) == (304, zipped)  # whoever names it was sent it
    assert not packed
    assert await status('"other"', GZIP) == (200, zipped)


@pytest.mark.parametrize("path", KEPT)
@pytest.mark.parametrize("stored", ["kept"], indirect=True)
@pytest.mark.usefixtures("stored")
async def test_a_kept_answer_is_gzipped_once_and_counts_with_that(
    client: httpx2.AsyncClient, packed: list[str], answers: AnswerCache, path: str
) -> None:
    await client.get(path, headers=PLAIN)
    before = answers.size
    lengths = {int((await client.get(path, headers=GZIP)).headers["content-length"]) for _ in range(3)}
    assert len(packed) == 1
    assert {answers.size - before} == lengths


@pytest.mark.usefixtures("stored")
async def test_only_what_is_soon_done_is_done_in_the_event_loop(
    client: httpx2.AsyncClient, packed: list[str], in_memory: Any, an_entry: Any
) -> None:
    here = threading.current_thread().name
    await client.get(TICKET, headers=GZIP)
    assert set(packed) == {here}
    packed.clear()
    entries = [an_entry(TWO, version, data={"message": "é" * 20_000}) for version in range(1, 8)]
    await in_memory.writer.write_timeline(entries)
    long = await client.get(f"/tickets/{TWO}/timeline", headers=GZIP)
    assert len(long.content) > AT_ONCE
    assert [entry["data"] for entry in long.json()] == [entry.data for entry in entries]
    assert packed
    assert here not in packed


@pytest.mark.usefixtures("stored")
async def test_problems_and_the_export_are_not_gzipped(client: httpx2.AsyncClient, packed: list[str]) -> None:
    for path in ("/export/tickets.ndjson", "/tickets?limit=0"):
        assert "content-encoding" not in (await client.get(path, headers=GZIP)).headers
    assert not packed
