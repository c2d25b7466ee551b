"""What the tool of the stack says to somebody who mistypes a name."""

import subprocess
import sys

import pytest

from devstack.command import ROOT
from devstack.errors import StackError
from devstack.opening import prepare_stack
from devstack.project import SERVICES, Project


def ended(*argv: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("action", ["logs", "run", "kill", "stop", "start"])
def test_a_component_that_there_is_not_is_named_with_those_there_are(action: str) -> None:
    done = ended(sys.executable, "-m", "devstack", action, "query")
    assert done.returncode == 2
    assert all(word in done.stderr for word in ("'query'", *SERVICES))


@pytest.mark.parametrize("name", ["", ".", "../precious", "Tickets", "/tmp"])  # noqa: S108 - refused, and not touched
def test_a_name_that_is_a_path_is_no_project(name: str) -> None:
    done = ended(sys.executable, "-m", "devstack", "--project", name, "ps")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("is no project's name: lower-case letters, digits, - and _\n")


def test_ports_that_there_are_not_are_refused_in_words() -> None:
    done = ended(sys.executable, "-m", "devstack", "--port-offset", "60000", "ps")
    assert (done.returncode, done.stderr) == (1, "devstack: the port offset is 60000; it may be 0 to 38512\n")


@pytest.mark.parametrize("password", ["a/b", "p@ss", "50%", "two words"])
def test_a_password_that_no_uri_takes_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("MONGO_QUERY_PASSWORD", password)
    with pytest.raises(StackError, match="MONGO_QUERY_PASSWORD may have letters") as refused:
        prepare_stack(Project("never-started"))
    assert password not in str(refused.value)


def test_tests_of_a_service_that_there_is_not_are_refused_in_words() -> None:
    done = ended("make", "test", "SERVICE=query")
    assert done.returncode != 0
    assert "there is no query; there are" in done.stderr
    assert "query-service" in done.stderr
