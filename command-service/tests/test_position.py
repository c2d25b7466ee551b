"""Positions in the store's history."""

import pytest

from command_service.relay.position import before, cluster_time


def test_a_token_tells_its_cluster_time() -> None:
    assert cluster_time({"_data": "826B02590A000000012B0229296E04"}) == (0x6B02590A, 1)


@pytest.mark.parametrize("data", ["", "83" + "0" * 16, "826B02", 7])
def test_an_unknown_form_is_an_error(data: object) -> None:
    with pytest.raises(ValueError, match="unknown form"):
        cluster_time({"_data": data})


def test_before_is_the_latest_that_is_earlier() -> None:
    assert before((5, 3)) == (5, 2)
    assert before((5, 0)) < (5, 0)
    assert before((5, 0)) > (4, 2**31)
