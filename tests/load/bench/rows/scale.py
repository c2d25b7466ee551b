"""What the number of tickets costs: dashboard, deep pages, throughput and memory."""

import json
import statistics
from collections.abc import Mapping, Sequence

import httpx2

from tests.load.bench.goals import GOALS
from tests.load.bench.known import Known
from tests.load.bench.load import Load, run_load
from tests.load.bench.oracle import Memory, Oracle, newest_first
from tests.load.bench.report import Row
from tests.load.bench.requests import PAGE, get, lists_by_status, path_of, zipf_details
from tests.load.bench.rounds import Contestant, alternate, ratio_range
from tests.load.bench.rows.tickets import DRAWN
from tests.load.bench.world import ReadModel, World

TIMES_DASHBOARD, TIMES_PAGE, OF_SMALL, MEMORY_MB = 300.0, 1.3, 0.9, 200.0
NOISE = 0.1
"""Medians this far apart are equal on such a machine."""

_STRIDE = 100
_PER_S = 60.0
_BLOCK = 60
_CHECKED_EVERY = 10
_LIMIT_S = 30.0


async def dashboard(world: World, oracle: Oracle) -> Row:
    """Measure the dashboard at every size, and the baseline's at the usual one."""
    ask = [get("/dashboard")]
    sizes = {str(count): model for count, model in world.models.items()}
    contestants = {
        name: Contestant(
            model.service.port,
            lambda _: ask,
            verify=oracle.dashboards if model is world.usual else Memory(model.tickets).dashboards,
        )
        for name, model in sizes.items()
    }
    contestants["baseline"] = Contestant(world.baseline.port, lambda _: ask, connections=4)
    rates = await alternate(contestants, world.size.rounds, 2 * world.size.round_s)
    ours, baseline = rates[str(world.size.usual)], rates["baseline"]
    ratio = ours.median / baseline.median if baseline.median else float("inf")
    medians = [rates[name].median for name in sizes]
    even = min(medians) / max(medians)
    return Row(
        "dashboard", ours.median, baseline.median, None, ratio, *GOALS["dashboard"],
        met=ratio >= TIMES_DASHBOARD and even >= 1 - NOISE,
        details={
            "slowest_over_fastest_size": even,
            "requests_per_s": {name: rates[name].median for name in sizes},
            **{f"{name}_range": each.range for name, each in rates.items()},
        },
    )  # fmt: skip


async def growth(world: World) -> Row:
    """Measure lists and tickets by id at every size; the largest over the smallest is what counts."""
    lists = lists_by_status()
    contestants = {}
    for count, model in world.models.items():
        memory = Memory(model.tickets)
        contestants[f"list {count}"] = Contestant(model.service.port, lambda _: lists, verify=memory.lists)
        contestants[f"detail {count}"] = _details(model, memory)
    rates = await alternate(contestants, world.size.rounds, world.size.round_s)
    large, small = world.size.large, world.size.small
    ratios = {kind: rates[f"{kind} {large}"].median / rates[f"{kind} {small}"].median for kind in ("list", "detail")}
    worst = min(ratios, key=lambda kind: ratios[kind])
    return Row(
        "growth", rates[f"{worst} {large}"].median, None, None, ratios[worst], "requests/s",
        f"throughput of lists and tickets by id at {large} tickets at least {OF_SMALL:g} of that at {small}",
        met=ratios[worst] >= OF_SMALL,
        details={
            **ratios,
            **{f"{kind}_range": ratio_range(rates[f"{kind} {large}"], rates[f"{kind} {small}"]) for kind in ratios},
            "requests_per_s": {name: each.median for name, each in rates.items()},
        },
    )  # fmt: skip


def _details(model: ReadModel, memory: Memory) -> Contestant:
    def requests(number: int) -> list[bytes]:
        return zipf_details(model.tickets, DRAWN, seed=300 + number)

    return Contestant(model.service.port, requests, verify=memory.details)


async def deep_page(world: World) -> Row:
    """Measure pages by cursor at the end of all tickets over those at the beginning, each asked for once."""
    model = world.usual
    cursors = await _walk(model)
    assert (len(cursors) + 1) * _STRIDE >= len(model.tickets), f"the list ended after {len(cursors)} times {_STRIDE}"
    behind = newest_first(model.tickets)
    pages = {path: behind[n * _STRIDE :][:PAGE] for n, path in enumerate(cursors, start=1)}
    block = max(1, min(_BLOCK, len(cursors) // (2 * world.size.rounds)))
    firsts, lasts = [], []
    for number in range(world.size.rounds):
        firsts.append(await _p50_ms(model, cursors[number * block : (number + 1) * block], pages))
        end = len(cursors) - number * block
        lasts.append(await _p50_ms(model, cursors[end - block : end], pages))
    first, last = statistics.median(firsts), statistics.median(lasts)
    page = len(cursors) * _STRIDE // PAGE
    return Row(
        "deep_page", last, None, None, last / first, *GOALS["deep_page"],
        met=last / first <= TIMES_PAGE,
        details={
            "page": page,
            "first_pages_ms": first,
            "first_range": [min(firsts), max(firsts)],
            "range": [min(lasts), max(lasts)],
        },
    )  # fmt: skip


async def _walk(model: ReadModel) -> Sequence[str]:
    """Follow the links through the whole list; return the path of a page of 20 behind every hundredth ticket."""
    paths, path = [], f"/tickets?limit={_STRIDE}"
    async with httpx2.AsyncClient(base_url=model.service.url, timeout=_LIMIT_S) as http:
        while (answer := (await http.get(path)).raise_for_status()).links.get("next"):
            path = answer.links["next"]["url"]
            paths.append(path.replace(f"limit={_STRIDE}", f"limit={PAGE}"))
    return paths


async def _p50_ms(model: ReadModel, paths: Sequence[str], pages: Mapping[str, Sequence[Known]]) -> float:
    load = Load(
        model.service.port,
        [get(path) for path in paths],
        seconds=len(paths) / _PER_S,
        connections=4,
        rate=_PER_S,
        warm_up=0,
        sample_every=_CHECKED_EVERY,
    )
    outcome = (await run_load(load)).demand(200)
    for sample in outcome.samples:
        path = path_of(sample.request)
        answered, expected = [each["id"] for each in json.loads(sample.body)], [each.id for each in pages[path]]
        assert answered == expected, f"{path}: {answered[:3]}, not {expected[:3]}"
    return outcome.quantile_ms(0.5)


async def memory(world: World) -> Row:
    """Measure what the largest query service has in RAM, after all that was asked of it."""
    used = world.large.service.memory_mb()
    small = world.small.service.memory_mb()
    return Row(
        "memory", used, None, None, used / small, *GOALS["memory"],
        met=used <= MEMORY_MB,
        details={"at_the_smallest_size": small},
    )  # fmt: skip
