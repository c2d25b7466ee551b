"""A connection that breaks, stalls or lies: what toxiproxy does to one link."""

import asyncio
import random
from dataclasses import dataclass

from tests.chaos.faults.fault import SESSION_TIMEOUT_S, Fault, some_wait
from tests.chaos.rig.needs import Need
from tests.chaos.rig.rig import Rig
from tests.chaos.rig.toxiproxy import Toxic

_BOTH = ("upstream", "downstream")
REFUSED = "refused"


def _toxics(kind: str, streams: tuple[str, ...], **attributes: int) -> list[Toxic]:
    return [{"type": kind, "stream": stream, "attributes": attributes} for stream in streams]


_MODES: dict[str, list[Toxic]] = {
    # Open on both ends, and nothing arrives any more; given up by both when it is over.
    "silent": _toxics("timeout", _BOTH, timeout=0),
    # Requests arrive and are carried out, answers do not: half open.
    "unanswered": _toxics("timeout", ("downstream",), timeout=0),
    "delayed": _toxics("latency", _BOTH, latency=400, jitter=300),
    # Held back as lost packets are, and delivered after all.
    "stalled": _toxics("latency", _BOTH, latency=60_000),
    "reset": _toxics("reset_peer", _BOTH, timeout=200),
    # Broken off in the middle of a message, again and again.
    "torn": _toxics("limit_data", _BOTH, bytes=20_000),
    "torn, closed late": [
        *_toxics("limit_data", _BOTH, bytes=20_000),
        *_toxics("slow_close", _BOTH, delay=3_000),
    ],
}
MODES = (REFUSED, *_MODES)


@dataclass(frozen=True)
class Cut(Fault):
    """One link in one of MODES for `length` seconds."""

    needs = frozenset({Need.PROXIES})
    link: str
    mode: str
    length: float

    @property
    def what(self) -> str:
        return f"{self.link} {self.mode} for {self.length:.1f} s"

    async def strike(self, rig: Rig) -> None:
        await asyncio.to_thread(self._cut, rig)
        try:
            await asyncio.sleep(self.length)
        finally:
            await asyncio.to_thread(rig.proxies.cure_all)
        await rig.ready(rig.links.by_name[self.link].service)

    def _cut(self, rig: Rig) -> None:
        if self.mode == REFUSED:
            rig.proxies.refuse(self.link)
        else:
            rig.proxies.poison(self.link, _MODES[self.mode])


def cuts(link: str, count: int, dice: random.Random) -> list[Fault]:
    """Return so many cuts of one link, each of another kind; one may outlast the consumers' session."""
    made: list[Fault] = []
    for mode in dice.sample(MODES, count):
        long = not made and dice.random() < 0.25
        length = SESSION_TIMEOUT_S + 5 if long else dice.uniform(4.0, 10.0)
        made.append(Cut(some_wait(dice), link, mode, length))
    return made
