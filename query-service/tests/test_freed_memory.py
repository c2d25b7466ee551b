"""What has been freed in between is given back."""

import ctypes

import psutil
import pytest

from query_service.bootstrap import build
from query_service.freed_memory import give_back
from query_service.settings import QuerySettings

MIB = 1024 * 1024


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc can give back holes")
def test_holes_between_what_is_still_there_are_given_back() -> None:
    process = psutil.Process()
    kept = [bytes(8_000) for _ in range(8_000)]
    kept = [each for place, each in enumerate(kept) if place % 8 == 0]
    before = process.memory_info().rss
    give_back()
    assert before - process.memory_info().rss > 20 * MIB
    assert all(len(each) == 8_000 for each in kept)


def test_the_service_gives_back_what_is_freed() -> None:
    nowhere = QuerySettings(
        mongo_uri="mongodb://127.0.0.1:1", mongo_database="none", kafka_bootstrap_servers="127.0.0.1:1"
    )
    assert "freed memory" in build(nowhere).tasks.down()
