"""What operators cannot mean is said in a line, with exit code 2, before any server is asked."""

import getpass

import pytest
from typer.testing import CliRunner

from projector_service.cli.app import app
from tests.support.planning import TICKET

AWAY = {"MONGO_URI": "mongodb://127.0.0.1:1/", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
DROP = ("parked", "drop", TICKET, "--yes", "--operator", "eve", "--reason")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*DROP, "lost", "--version", str(2**53)), "--version"),
        ((*DROP, "\udcff"), "encoding"),
        ((*DROP, "x" * 501), "1 to 500"),
        (("parked", "redrive"), "one ticket, or --all"),
        (("parked", "show", "7"), "UUID"),
        (("rebuild", "start", "--rate", "0"), "--rate"),
    ],
)
def test_wrong_arguments(arguments: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(app, arguments, env=AWAY | {"COLUMNS": "300"})
    assert (result.exit_code, said in result.output) == (2, True), result.output


def test_who_has_no_name_is_asked_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr(getpass, "getuser", unknown)
    result = CliRunner().invoke(app, ["parked", "redrive", "--all"], env=AWAY | {"COLUMNS": "300"})
    assert (result.exit_code, "--operator" in result.output) == (2, True), result.output


@pytest.mark.parametrize("replicas", ["three", "0"])
def test_a_wrong_number_of_replicas(replicas: str) -> None:
    environment = AWAY | {"TOPIC_REPLICATION_FACTOR": replicas}
    result = CliRunner().invoke(app, ["rebuild", "start"], env=environment)
    assert (result.exit_code, "TOPIC_REPLICATION_FACTOR" in result.output) == (2, True), result.output
