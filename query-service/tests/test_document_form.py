"""A ticket's JSON changes together with its form, which the ETag carries from the second one on."""

import json
from typing import Any

import pytest

from query_service.domain.documents import DOCUMENT_FORM, prepare_ticket

FIELDS = (
    "assignee awaiting channel closed_at created_at customer_id external_id group has_note id message note_count "
    "preview priority recent reopen_count reply_count resolution resolved_at status subject tags updated_at version "
    "waiting_reason"
)


def test_another_set_of_fields_is_another_form(a_view: Any) -> None:
    shown = sorted(json.loads(prepare_ticket(a_view("00000000-0000-0000-0000-000000000001")).detail()))
    assert (DOCUMENT_FORM, shown) == (1, FIELDS.split()), "raise DOCUMENT_FORM, and change both here"


async def test_a_ticket_that_was_made_anew_is_not_the_one_that_a_client_has(
    client: Any, later_client: Any, in_memory: Any, a_view: Any
) -> None:
    one = "00000000-0000-0000-0000-000000000001"
    await in_memory.writer.write_views([a_view(one, 7, group="wrong")])
    tag = (await client.get(f"/tickets/{one}")).headers["ETag"]
    in_memory.writer.views.clear()
    await in_memory.writer.write_views([a_view(one, 7, group="right")])
    answer = await later_client.get(f"/tickets/{one}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()["group"], answer.headers["ETag"]) == (200, "right", '"7-g2"')
    assert (await later_client.get(f"/tickets/{one}", headers={"If-None-Match": '"7-g2"'})).status_code == 304


async def test_a_later_form_shows_in_the_tag(
    monkeypatch: pytest.MonkeyPatch, client: Any, in_memory: Any, a_view: Any
) -> None:
    one = "00000000-0000-0000-0000-000000000001"
    await in_memory.writer.write_views([a_view(one, 7)])
    assert (await client.get(f"/tickets/{one}")).headers["ETag"] == '"7"'
    monkeypatch.setattr("query_service.http.tickets.DOCUMENT_FORM", 2)
    answer = await client.get(f"/tickets/{one}", headers={"If-None-Match": '"7"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"7-f2"')
