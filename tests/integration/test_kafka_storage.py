"""A broker of this machine is formatted whatever id its cluster draws."""

import shutil
import uuid
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from devstack import kafka
from devstack.ports import free_port

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(
        not (shutil.which("java") and shutil.which("mvn")), reason="Kafka's own tool needs Java, its jars Maven"
    ),
]


def test_an_id_that_looks_like_an_option_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    drawn = uuid.UUID(bytes=urlsafe_b64decode("-" + "A" * 21 + "=="))
    monkeypatch.setattr(uuid, "uuid4", lambda: drawn)
    kafka.ensure_jars()
    kafka.prepare(tmp_path, free_port(), free_port())
    assert "cluster.id=-AAAA" in (tmp_path / "log" / "meta.properties").read_text()
