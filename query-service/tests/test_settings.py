"""Under which name a process keeps its place in Kafka's groups."""

import pytest

from query_service.settings import QuerySettings
from ticket_chassis.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what has no default."""
    for name, value in {"MONGO_URI": "mongodb://h", "MONGO_DATABASE": "d", "KAFKA_BOOTSTRAP_SERVERS": "h:1"}.items():
        monkeypatch.setenv(name, value)


def test_it_is_the_hosts_and_the_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("query_service.settings.gethostname", lambda: "node 7/ü")
    monkeypatch.setenv("PORT", "8002")
    assert load_settings(QuerySettings).of_process().instance == "node-7---8002"


def test_each_worker_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTANCE", "query")
    settings = load_settings(QuerySettings)
    assert [settings.of_process(number).instance for number in (1, 2)] == ["query-8002-1", "query-8002-2"]


def test_there_is_none_on_any_free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")
    assert load_settings(QuerySettings).of_process().instance is None


def test_there_is_none_for_who_does_not_listen_at_the_port() -> None:
    assert load_settings(QuerySettings).instance is None


def test_one_that_kafka_does_not_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTANCE", "a b")
    with pytest.raises(SettingsError, match="INSTANCE"):
        load_settings(QuerySettings)
