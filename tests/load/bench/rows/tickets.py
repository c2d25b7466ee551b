"""Tickets by id, and answers that say that nothing has changed."""

import httpx2

from tests.load.baseline.ceiling import ETAG
from tests.load.bench.goals import GOALS
from tests.load.bench.oracle import Oracle
from tests.load.bench.report import Row
from tests.load.bench.requests import get, lists_by_status, path_of, zipf_details
from tests.load.bench.rounds import Contestant, alternate, ratio_range
from tests.load.bench.rows.beside_baseline import beside_baseline
from tests.load.bench.world import World

TIMES_DETAIL, OF_CEILING = 4.0, 0.8
DRAWN = 20_000
_UNCHANGED = 60
_LIMIT_S = 10.0


def detail_contestants(world: World, oracle: Oracle) -> dict[str, Contestant]:
    """Return who is asked for tickets by id, some much more often than others."""

    def requests(number: int) -> list[bytes]:
        return zipf_details(world.usual.tickets, DRAWN, seed=200 + number)

    return {
        "ours": Contestant(world.usual.service.port, requests, verify=oracle.details),
        "baseline": Contestant(world.baseline.port, requests),
    }


async def detail(world: World, oracle: Oracle) -> Row:
    """Measure a ticket by its id, zipf-distributed over all."""
    return await beside_baseline("detail", detail_contestants(world, oracle), world, TIMES_DETAIL)


async def not_modified(world: World) -> Row:
    """Measure 304 on unchanged tickets and lists, half of each."""
    unchanged = await _unchanged(world)
    known = [get(path_of(request), {"if-none-match": ETAG}) for request in unchanged]
    rates = await alternate(
        {
            "ours": Contestant(world.usual.service.port, lambda _: unchanged, status=304),
            "ceiling": Contestant(world.ceiling.port, lambda _: known, status=304),
        },
        world.size.rounds,
        world.size.round_s,
    )
    ours, ceiling = rates["ours"], rates["ceiling"]
    share = ours.median / ceiling.median
    return Row(
        "not_modified", ours.median, None, ceiling.median, share, *GOALS["not_modified"],
        met=share >= OF_CEILING,
        details={
            "ratio_range": ratio_range(ours, ceiling),
            **{f"{name}_range": each.range for name, each in rates.items()},
        },
    )  # fmt: skip


async def _unchanged(world: World) -> list[bytes]:
    """Return requests that name the ETag of what they ask for."""
    lists = [path_of(request) for request in lists_by_status()]
    paths = [path for ticket in world.usual.tickets[:_UNCHANGED] for path in (f"/tickets/{ticket.id}", lists[0])]
    paths = [lists[place // 2 % len(lists)] if place % 2 else path for place, path in enumerate(paths)]
    plain = {"accept-encoding": "identity"}  # as the load client asks, and the ceiling answers
    async with httpx2.AsyncClient(base_url=world.usual.service.url, timeout=_LIMIT_S, headers=plain) as http:
        answers = [(path, (await http.get(path)).raise_for_status()) for path in paths]
    return [get(path, {"if-none-match": answer.headers["etag"]}) for path, answer in answers]
