from itertools import islice

import pytest

from ticket_client.retry import NO_RETRY, RetryPolicy


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.5), (1.0, 1.0)])
def test_waits_double_up_to_the_longest(monkeypatch: pytest.MonkeyPatch, chance: float, share: float) -> None:
    monkeypatch.setattr("ticket_client.retry.random.random", lambda: chance)
    waits = islice(RetryPolicy(patience=60, first_wait=1, longest_wait=5).waits(), 5)
    assert list(waits) == [share * wait for wait in (1, 2, 4, 5, 5)]


def test_no_retry_has_no_waits() -> None:
    assert list(NO_RETRY.waits()) == []
