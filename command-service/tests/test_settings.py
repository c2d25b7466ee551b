"""What the command service takes from its environment beside what every service does."""

import pytest

from command_service.settings import CommandSettings
from ticket_chassis.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what has no default."""
    for name, value in {"MONGO_URI": "mongodb://h", "KAFKA_BOOTSTRAP_SERVERS": "h:1"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("days", ["0", "36501", "99999999999"])
def test_tickets_close_by_themselves_within_a_hundred_years(monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    monkeypatch.setenv("AUTO_CLOSE_AFTER_DAYS", days)
    with pytest.raises(SettingsError, match="AUTO_CLOSE_AFTER_DAYS"):
        load_settings(CommandSettings)


def test_a_database_is_named_as_mongodb_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(CommandSettings).mongo_database == "tickets_command"
    monkeypatch.setenv("MONGO_DATABASE", "tickets.command")
    with pytest.raises(SettingsError, match="MONGO_DATABASE"):
        load_settings(CommandSettings)
