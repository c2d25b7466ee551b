"""What the tool of the stack says to somebody who mistypes a name."""

import subprocess
import sys

import pytest

from devstack.command import ROOT
from devstack.project import SERVICES


def ended(*argv: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("action", ["logs", "run", "kill", "stop", "start"])
def test_a_component_that_there_is_not_is_named_with_those_there_are(action: str) -> None:
    done = ended(sys.executable, "-m", "devstack", action, "query")
    assert done.returncode == 2
    assert all(word in done.stderr for word in ("'query'", *SERVICES))


def test_tests_of_a_service_that_there_is_not_are_refused_in_words() -> None:
    done = ended("make", "test", "SERVICE=query")
    assert done.returncode != 0
    assert "there is no query; there are" in done.stderr
    assert "query-service" in done.stderr
