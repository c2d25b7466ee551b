"""Targets by key, one or many of them, against plain sets."""

from hypothesis import given
from hypothesis import strategies as st

from query_service.asked_for import Target, TargetsByKey

KEYS = ["a", "b"]
TARGETS: list[Target] = [("/tickets", b""), ("/tickets/1", b"")]
STEPS = st.tuples(st.booleans(), st.lists(st.sampled_from(KEYS), max_size=3), st.sampled_from(TARGETS))


@given(st.lists(STEPS, max_size=20))
def test_what_is_under_a_key_is_what_was_added_and_not_removed(steps: list[tuple[bool, list[str], Target]]) -> None:
    targets, plain = TargetsByKey(), {key: set[Target]() for key in KEYS}
    for adds, keys, target in steps:
        (targets.add if adds else targets.remove)(keys, target)
        for key in keys:
            (plain[key].add if adds else plain[key].discard)(target)
        assert {key: targets.under([key]) for key in KEYS} == plain
        assert targets.under(KEYS) == set().union(*plain.values())
        assert len(targets) == sum(map(bool, plain.values()))
