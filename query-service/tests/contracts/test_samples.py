"""Every record on the read topics is taken in and served, whatever form it had when it was written."""

from typing import Any

import httpx2
import pytest

from query_service.adapters.kafka_notices import GenerationNotices
from tests.support.samples import Sample, each
from ticket_contracts.topics import GENERATIONS, STATS, TIMELINE, VIEWS, WATERMARKS

pytestmark = pytest.mark.contract


@each("documents", VIEWS)
async def test_every_view_is_shown_or_known_to_be_hidden(sample: Sample, take: Any, client: httpx2.AsyncClient) -> None:
    await take(sample.record)
    answer = await client.get(f"/tickets/{sample.json['id']}")
    assert answer.status_code == (200 if sample.of == "TicketView" else 404)
    listed = (await client.get("/tickets")).json()
    if sample.of == "TicketView":
        shown = {name: value for name, value in sample.json.items() if name in answer.json() and name != "recent"}
        assert answer.json() | shown == answer.json()
        assert [item["id"] for item in listed] == [sample.json["id"]]
    else:
        assert listed == []


@each("documents", TIMELINE)
async def test_every_entry_is_in_the_history(sample: Sample, take: Any, client: httpx2.AsyncClient) -> None:
    await take(Sample("documents", "TicketView", "smallest").record)
    await take(sample.record)
    (entry,) = (await client.get(f"/tickets/{sample.json['ticket_id']}/timeline")).json()
    assert entry == {name: sample.json[name] for name in entry}


@each("documents", STATS)
async def test_all_counters_are_in_the_dashboard(sample: Sample, take: Any, client: httpx2.AsyncClient) -> None:
    await take(sample.record)
    dashboard = (await client.get("/dashboard")).json()
    assert dashboard["total"] == sample.json["total"]
    assert {name: n for name, n in dashboard["by_status"].items() if n} == sample.json["by_status"]
    groups = {group["group"]: group["tickets"] for group in dashboard["by_group"]}
    assert groups == {group["key"]: group["tickets"] for group in sample.json["by_group"] if group["tickets"]}


@each("documents", WATERMARKS)
async def test_every_watermark_tells_what_is_published(sample: Sample, take: Any, client: httpx2.AsyncClient) -> None:
    await take(sample.record)
    partitions = (await client.get("/freshness")).json()["partitions"]
    published = {place["partition"]: place["published"] for place in partitions}
    assert published[sample.json["partition"]] == sample.json["published"]


@each("documents", GENERATIONS)
def test_every_notice_is_heard(sample: Sample) -> None:
    heard = GenerationNotices("t", lambda: None)
    heard.hear(sample.value)
    assert heard.highest() == (sample.json["generation"] if sample.json["state"] == "serving" else 1)
