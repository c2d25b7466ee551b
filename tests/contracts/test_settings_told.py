"""Each service's README tells every variable that the service takes."""

import re
from pathlib import Path

import pytest

from command_service.settings import CommandSettings
from projector_service.settings import Settings as ProjectorSettings
from query_service.settings import QuerySettings
from ticket_chassis.settings import ServiceSettings

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("service", "settings"),
    [
        ("command-service", CommandSettings),
        ("projector-service", ProjectorSettings),
        ("query-service", QuerySettings),
    ],
)
def test_every_variable_is_told(service: str, settings: type[ServiceSettings]) -> None:
    told = set(re.findall(r"[A-Z][A-Z_]+", (ROOT / service / "README.md").read_text()))
    assert {name.upper() for name in settings.model_fields} - told == set()
