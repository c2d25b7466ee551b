"""Docker or not: one choice for `make up`, `make demo` and the tests."""

import os
import shutil
import subprocess
from functools import cache
from typing import Literal, cast

from devstack.errors import StackError

Kind = Literal["docker", "local"]

KAFKA_IMAGE = "apache/kafka:4.1.1"
MONGO_IMAGE = "mongo:8.0"
PYTHON_IMAGE = "python:3.13-slim"
SERVER_IMAGES = (KAFKA_IMAGE, MONGO_IMAGE)
ALL_IMAGES = (*SERVER_IMAGES, PYTHON_IMAGE)

_ANSWER_LIMIT_S = 10.0
_PULL_LIMIT_S = 180.0


@cache
def chosen_kind(images: tuple[str, ...] = ALL_IMAGES) -> Kind:
    """Return what the variable STACK says; without it docker if an engine has `images` or can pull them, else local.

    Raises StackError when STACK is neither docker nor local.
    """
    by_hand = os.environ.get("STACK", "")
    if by_hand in {"docker", "local"}:
        return cast("Kind", by_hand)
    if by_hand:
        raise StackError(f"STACK is {by_hand!r}; it may be docker or local")
    usable = engine_answers() and all(_has_or_pulls(image) for image in images)
    return "docker" if usable else "local"


def engine_answers() -> bool:
    """Say whether a Docker engine and its compose plugin can be used here and now."""
    if shutil.which("docker") is None:
        return False
    return _succeeds("docker", "info") and _succeeds("docker", "compose", "version")


def _has_or_pulls(image: str) -> bool:
    return _succeeds("docker", "image", "inspect", image) or _succeeds("docker", "pull", image, seconds=_PULL_LIMIT_S)


def _succeeds(*argv: str, seconds: float = _ANSWER_LIMIT_S) -> bool:
    try:
        done = subprocess.run(argv, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
