"""Search: two words that few tickets have."""

import json
import random
import re
from collections import Counter
from collections.abc import Sequence

import httpx2

from tests.load.bench.goals import GOALS
from tests.load.bench.known import Known
from tests.load.bench.load import Load, Outcome, run_load
from tests.load.bench.report import Row
from tests.load.bench.requests import PAGE, get
from tests.load.bench.world import World

TIMES_FIND, MATCHES_MAX = 10.0, 1_000
_PER_S = 20.0
_LIMIT_S = 10.0
_WORD = re.compile(r"\w+")


async def search(world: World) -> Row:
    """Measure searches at a low rate, each asked for once, beside finds by id at the same rate."""
    model = world.large
    async with httpx2.AsyncClient(base_url=model.service.url, timeout=_LIMIT_S) as http:
        if (await http.get("/tickets", params={"q": "printer"})).status_code != 200:
            return Row.missing("search", "GET /tickets has no parameter q")
    pairs = _pairs(model.tickets, int(_PER_S * world.size.slow_s))
    searches = [get(f"/tickets?q={'+'.join(pair)}&limit={PAGE}") for pair in pairs]
    finds = [get(f"/tickets/{ticket.id}") for ticket in world.usual.tickets[: len(pairs)]]
    found = (await run_load(_at_ease(model.service.port, searches))).demand(200)
    find = (await run_load(_at_ease(world.baseline.port, finds))).demand(200)
    _check(found, pairs)
    ours, theirs = found.quantile_ms(0.5), find.quantile_ms(0.5)
    return Row(
        "search", ours, theirs, None, ours / theirs, *GOALS["search"],
        met=ours / theirs <= TIMES_FIND,
        details={"p99_ms": found.quantile_ms(0.99), "tickets": len(model.tickets), "pairs": len(pairs)},
    )  # fmt: skip


def _at_ease(port: int, requests: Sequence[bytes]) -> Load:
    return Load(port, requests, seconds=len(requests) / _PER_S, connections=4, rate=_PER_S, warm_up=0, sample_every=5)


def _pairs(tickets: Sequence[Known], count: int) -> list[tuple[str, str]]:
    """Return pairs of words, one of a ticket's subject and one of its message, that few tickets have both of."""
    last = [(words(ticket.subject)[-1], words(ticket.message)[-1]) for ticket in tickets]
    rare = [pair for pair, n in Counter(last).items() if n <= MATCHES_MAX // 2 and len(set(pair)) == 2]
    return random.Random(5).sample(rare, min(count, len(rare)))


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case."""
    return _WORD.findall(text.lower())


def _check(outcome: Outcome, pairs: Sequence[tuple[str, str]]) -> None:
    """Every sampled answer has a ticket, and each ticket has both words."""
    asked = {get(f"/tickets?q={'+'.join(pair)}&limit={PAGE}"): set(pair) for pair in pairs}
    for sample in outcome.samples:
        tickets = json.loads(sample.body)
        assert tickets, f"nothing found for {asked[sample.request]}"
        for ticket in tickets:
            text = f"{ticket['subject']} {ticket['preview']} {ticket['external_id']}"
            assert asked[sample.request] <= set(words(text)), f"{asked[sample.request]} is not in {text}"
