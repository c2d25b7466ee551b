"""A figure is met at its limit and missed above it; a quantile is one of the values."""

import pytest

from tests.load.figures import Figure, quantile, tell


def test_a_figure_is_met_up_to_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell([Figure("fill", 5.0, 5.0)]) == 0
    assert tell([Figure("fill", 5.0, 5.0), Figure("timeline", 20.1, 20.0)]) == 1
    assert "MISSED  timeline: 20.10 s, at most 20.00 s" in capsys.readouterr().out


def test_a_figure_may_have_a_least_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert tell([Figure("projector", 10_000, 10_000, "events/s", at_least=True)]) == 0
    assert tell([Figure("projector", 9_999, 10_000, "events/s", at_least=True)]) == 1
    assert "MISSED  projector: 9999.00 events/s, at least 10000.00 events/s" in capsys.readouterr().out


def test_a_quantile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert quantile(values, 0.5) == 51.0
    assert quantile(values, 0.99) == 100.0
    assert quantile([7.0], 0.99) == 7.0
