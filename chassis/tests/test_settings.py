"""The environment is checked at start: everything wrong is named at once, nothing is shown."""

import pytest

from ticket_chassis.settings import ServiceSettings, SettingsError, load_settings

ENVIRONMENT = {
    "PORT": "8001",
    "MONGO_URI": "mongodb://command:s3cret@127.0.0.1:27021/tickets_command",
    "MONGO_DATABASE": "tickets_command",
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092",
}
OPTIONAL = ("HOST", "TOPIC_PREFIX", "LOG_LEVEL")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Set what must be set, and nothing else."""
    for name in OPTIONAL:
        monkeypatch.delenv(name, raising=False)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refusal() -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(ServiceSettings)
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_the_environment_is_taken_and_the_rest_has_defaults() -> None:
    settings = load_settings(ServiceSettings)
    assert (settings.host, settings.port, settings.topic_prefix, settings.log_level) == ("127.0.0.1", 8001, "", "info")
    assert settings.mongo_uri.get_secret_value() == ENVIRONMENT["MONGO_URI"]


def test_foreign_variables_are_ignored(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SERVICE_COLOUR", "blue")
    assert load_settings(ServiceSettings).port == 8001


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_missing_variable_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    assert refusal() == f"environment variables: {name}: Field required"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty-one"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("MONGO_URI", "http://user:s3cret@host"),
        ("MONGO_DATABASE", "q" * 64),
        ("MONGO_DATABASE", ""),
        ("MONGO_URI", "mongodb://["),
        ("MONGO_URI", "mongodb://user:s3/cret@host:1/db"),
        ("MONGO_URI", "mongodb://user:s3cret@host:port/db"),
        ("MONGO_URI", "mongodb://user:s3cret@host/db?tls=maybe"),
        ("MONGO_URI", "mongodb://user:s3cret@host/db?tlsCAFile=/no/such/file"),
        ("MONGO_URI", "mongodb://user:s3cret@host/db?authMechanism=s3"),
        ("MONGO_URI", "mongodb+srv://user:s3cret@"),
        ("MONGO_URI", "mongodb+srv://user:s3/cret@host.example/db"),
        ("MONGO_DATABASE", "tickets.command"),
        ("MONGO_DATABASE", "a/b"),
        ("HOST", ""),
        ("KAFKA_BOOTSTRAP_SERVERS", ""),
        ("KAFKA_BOOTSTRAP_SERVERS", "kafka:port"),
        ("KAFKA_BOOTSTRAP_SERVERS", "kafka:0"),
        ("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092,"),
        ("KAFKA_BOOTSTRAP_SERVERS", "kafka:9092 other:9092"),
        ("TOPIC_PREFIX", "no blanks"),
        ("TOPIC_PREFIX", "line\n"),
        ("LOG_LEVEL", "chatty"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not_shown(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    message = refusal()
    assert message.startswith(f"environment variables: {name}: ")
    assert ";" not in message
    assert not value or value not in message
    assert "s3" not in message
    assert "cret" not in message


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb+srv://user:s3cret@cluster.example/db?retryWrites=true&srvMaxHosts=2",
        "mongodb://user:s3%2Fcret@a:1,b:2/db?replicaSet=rs0&authSource=admin&tls=true&directConnection=false",
    ],
)
def test_a_uri_with_options_is_taken(environment: pytest.MonkeyPatch, uri: str) -> None:
    environment.setenv("MONGO_URI", uri)
    assert load_settings(ServiceSettings).mongo_uri.get_secret_value() == uri


@pytest.mark.parametrize("brokers", ["kafka", "kafka-1.a_b:9092, kafka-2:9093", "[::1]:9092,127.0.0.1:1"])
def test_brokers_are_names_or_addresses_with_ports(environment: pytest.MonkeyPatch, brokers: str) -> None:
    environment.setenv("KAFKA_BOOTSTRAP_SERVERS", brokers)
    assert load_settings(ServiceSettings).kafka_bootstrap_servers == brokers


def test_one_message_names_everything_that_is_wrong(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PORT", "x")
    environment.setenv("MONGO_URI", "s3cret")
    environment.delenv("KAFKA_BOOTSTRAP_SERVERS")
    message = refusal()
    assert message.count(";") == 2
    assert all(name in message for name in ("PORT", "MONGO_URI", "KAFKA_BOOTSTRAP_SERVERS"))
    assert "s3cret" not in message


def test_settings_never_show_the_password() -> None:
    settings = load_settings(ServiceSettings)
    assert "s3cret" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
