"""What the pictures show is what it is called."""

from dataclasses import replace

from tests.load.bench.curves import sweep
from tests.load.bench.requests import get, path_of
from tests.load.bench.rounds import Contestant
from tests.load.bench.size import TINY
from tests.load.test_client import ANSWER, serving


async def test_no_step_of_a_sweep_asks_what_an_earlier_one_did() -> None:
    asked: list[str] = []

    async def noting(head: bytes) -> bytes:
        asked.append(path_of(head))
        return ANSWER

    async with serving(noting) as port:
        contestant = Contestant(port, lambda number: [get(f"/{number}/{place}") for place in range(100)], connections=2)
        steps = await sweep(replace(TINY, shares=(0.5, 1.0), step_s=0.2), contestant, 40.0)
    assert [step["rate"] for step in steps] == [20.0, 40.0]
    assert len(asked) == len(set(asked)) > 20
