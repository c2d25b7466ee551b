"""`awaiting` came after everything else, as docs/a-new-read-field.md tells it: the write side knows nothing of it."""

from pathlib import Path

import pytest

from ticket_contracts.views import TicketView

pytestmark = pytest.mark.contract

ROOT = Path(__file__).parents[2]


def test_the_command_service_has_no_trace_of_a_read_field() -> None:
    sources = [path for path in (ROOT / "command-service").rglob("*.py") if "build" not in path.parts]
    assert sources
    assert not [path for path in sources if "awaiting" in path.read_text().lower()]
    assert "awaiting" not in (ROOT / "docs" / "openapi" / "command-service.json").read_text()
    assert "awaiting" in (ROOT / "docs" / "openapi" / "query-service.json").read_text()


def test_what_was_projected_before_the_field_is_still_read() -> None:
    field = TicketView.model_fields["awaiting"]
    assert not field.is_required()
    assert field.default is None
