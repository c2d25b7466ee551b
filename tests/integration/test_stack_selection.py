"""Which kind of stack a machine gets, and what it is told where something is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import selection
from devstack.errors import StackError
from devstack.kafka import ensure_jars
from devstack.selection import chosen_kind

DOCKER_WITHOUT_IMAGES = """#!/bin/sh
case "$1" in image | pull) exit 1 ;; esac
"""
DOCKER_THAT_PULLS = """#!/bin/sh
[ "$1" != image ]
"""


@pytest.fixture(autouse=True)
def fresh_choice() -> Iterator[None]:
    chosen_kind.cache_clear()
    yield
    chosen_kind.cache_clear()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the only directory on PATH; it is empty, and STACK says nothing."""
    monkeypatch.delenv("STACK", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def install(machine: Path, program: str, script: str) -> None:
    (machine / program).write_text(script)
    (machine / program).chmod(0o755)


@pytest.mark.parametrize("kind", ["docker", "local"])
def test_the_variable_decides(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setenv("STACK", kind)
    assert chosen_kind() == kind


def test_a_wrong_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACK", "podman")
    with pytest.raises(StackError, match="docker or local"):
        chosen_kind()


def test_without_docker_it_is_local(machine: Path) -> None:
    assert chosen_kind() == "local"


def test_without_an_engine_it_is_local(machine: Path) -> None:
    install(machine, "docker", "#!/bin/sh\nexit 1\n")
    assert chosen_kind() == "local"


def test_an_engine_that_hangs_is_no_engine(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "_ANSWER_LIMIT_S", 0.2)
    install(machine, "docker", "#!/bin/sh\nexec /bin/sleep 60\n")
    assert chosen_kind() == "local"


def test_images_that_can_be_had_nowhere_make_it_local(machine: Path) -> None:
    install(machine, "docker", DOCKER_WITHOUT_IMAGES)
    assert chosen_kind() == "local"


def test_images_that_can_be_pulled_make_it_docker(machine: Path) -> None:
    install(machine, "docker", DOCKER_THAT_PULLS)
    assert chosen_kind() == "docker"


def test_a_missing_java_is_named_with_the_command_that_installs_it(machine: Path) -> None:
    with pytest.raises(StackError, match=r"java is missing.*apt-get install"):
        ensure_jars()


def test_a_java_too_old_for_kafka_is_named(machine: Path) -> None:
    install(machine, "java", "#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    with pytest.raises(StackError, match="Java 17 or later"):
        ensure_jars()
