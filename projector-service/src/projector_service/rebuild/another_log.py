"""Documents made from two logs of the same events: their offsets say nothing, and the later one may know more."""

from collections.abc import AsyncIterator
from dataclasses import replace

from projector_service.adapters.paired_documents import Pair
from ticket_contracts.model import JsonObject

_OFFSETS = {"offset", "stale", "since"}
"""With the times at which messages came, which are those of their records."""


async def without_offsets(pairs: AsyncIterator[Pair]) -> AsyncIterator[Pair]:
    """Yield what must be equal nevertheless: a ticket that the serving generation has, at the same version.

    Left out: tickets and entries that only the new one has, tickets that it has in a later version, counters if there
    is any such ticket, and the parked messages, whose places are offsets.
    """
    moved_on = False
    counters: list[Pair] = []
    async for pair in pairs:
        if pair.kind == "counters":
            counters.append(_bare(pair))
        elif pair.kind == "views" and _is_later(pair):
            moved_on = True
        elif pair.kind in ("views", "timeline") and pair.serving is not None:
            yield _bare(pair)
    if not moved_on:
        for pair in counters:
            yield pair


def _is_later(pair: Pair) -> bool:
    if pair.new is None:
        return False
    return pair.serving is None or pair.new.get("version", 0) > pair.serving.get("version", 0)


def _bare(pair: Pair) -> Pair:
    return replace(pair, serving=_cut(pair.serving), new=_cut(pair.new))


def _cut(document: JsonObject | None) -> JsonObject | None:
    return None if document is None else {name: value for name, value in document.items() if name not in _OFFSETS}
