"""What the API of reads takes and tells, the client knows too: filters, options of its commands, and fields."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from ticket_client.cli import list_tickets, watch
from ticket_client.filters import ChangeFilters, TicketFilters
from ticket_client.models import Ticket, TicketItem

pytestmark = pytest.mark.contract

API: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "openapi" / "query-service.json").read_text())
PAGING = {"limit", "cursor", "skip"}


def parameters(path: str) -> set[str]:
    return {each["name"] for each in API["paths"][path]["get"]["parameters"] if each["in"] == "query"}


def test_every_filter_is_one_of_the_client() -> None:
    assert parameters("/tickets") - PAGING == set(TicketFilters.__annotations__)
    assert parameters("/stream") == set(ChangeFilters.__annotations__)


@pytest.mark.parametrize(("command", "filters"), [(list_tickets, TicketFilters), (watch, ChangeFilters)])
def test_every_filter_is_an_option(command: Any, filters: Any) -> None:
    options = set(inspect.signature(command.command).parameters)
    assert {"search" if name == "q" else name for name in filters.__annotations__} <= options


@pytest.mark.parametrize(("schema", "model"), [("TicketItem", TicketItem), ("TicketDetail", Ticket)])
def test_every_field_of_a_ticket_is_one_of_the_client(schema: str, model: Any) -> None:
    assert set(API["components"]["schemas"][schema]["properties"]) == set(model.model_fields) - {"etag"}
