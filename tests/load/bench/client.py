"""The load generator: `python -m tests.load.bench.client LOAD OUTCOME`, two files, pickled.

An open loop without coordinated omission: a request is due at its time, is sent then if a connection is free and as
soon as one is otherwise, and its latency counts from when it was due. So a server that stands still for a second is
charged for every request that would have come in that second, not for the one that happened to be under way.
"""

import asyncio
import pickle
import sys
import time
from array import array
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import uvloop

from devstack.ports import HOST
from tests.load.bench.load import Load, Outcome, Sample

_NO_BODY = (204, 304)
_TICK_S = 0.001
"""The finest that the loop's timers are; what is due in between is sent up to so much late, and charged for it."""

_DRAIN_S = 10.0
"""How long answers are waited for after the last request was due."""


@dataclass
class Tally:
    """What is counted while a load runs; times by the monotonic clock, for the loop's own has milliseconds only."""

    begin: float
    end: float
    by_due: bool
    """Whether a request counts by when it was due (open loop) or by when it was answered (closed loop)."""
    sample_every: int
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    service_times: "array[float]" = field(default_factory=lambda: array("d"))
    at: "array[float]" = field(default_factory=lambda: array("d"))
    samples: list[Sample] = field(default_factory=list)

    def add(self, request: bytes, due: float, sent: float, now: float, status: int, body: bytes) -> None:
        """Count an answer, if it falls within the time that counts."""
        if not self.begin <= (due if self.by_due else now) < self.end:
            return
        self.statuses[status] += 1
        self.latencies.append(now - due)
        self.service_times.append(now - sent)
        self.at.append(now - self.begin)
        if self.sample_every and len(self.at) % self.sample_every == 1 % self.sample_every:
            offset = time.time() - now
            self.samples.append(Sample(request, sent + offset, now + offset, status, body))


class Connection(asyncio.Protocol):
    """One connection with one request under way at a time; raises what is no answer it can read."""

    def __init__(self, generator: "Generator") -> None:
        self._generator = generator
        self._received = b""
        self._length = -1
        self._status = 0
        self._under_way: tuple[bytes, float, float] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, request: bytes, due: float) -> None:
        """Send a request that was due then."""
        self._under_way = (request, due, time.monotonic())
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take a part of the answer; on its end, tell the generator."""
        self._received = received = self._received + data if self._received else data
        if self._length < 0 and not self._read_head(received):
            return
        if len(received) < self._length or self._under_way is None:
            return
        request, due, sent = self._under_way
        body = received[self._body_at : self._length]
        self._received, self._length, self._under_way = b"", -1, None
        self._generator.answered(self, request, due, sent, self._status, body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the generator: a load is measured on connections that stay."""
        self._generator.lost()

    def close(self) -> None:
        """Close it."""
        self._transport.close()

    def _read_head(self, received: bytes) -> bool:
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return False
        self._status, self._body_at = int(received[9:12]), end + 4
        if self._status in _NO_BODY:
            self._length = self._body_at
            return True
        head = received[:end].lower()
        at = head.index(b"content-length:") + 15
        line_end = head.find(b"\r\n", at)
        self._length = self._body_at + int(head[at : line_end if line_end > 0 else end])
        return True


class Generator:
    """Sends a load and tallies its answers."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._loop = asyncio.get_running_loop()
        self._idle: deque[Connection] = deque()
        self._late: deque[float] = deque()
        self._next = 0
        self._under_way = 0
        self._closing = False
        self._hung_up = False
        self._done = asyncio.Event()

    async def run(self) -> Outcome:
        """Send the load; return what came of it when all is answered, or 10 s after its end.

        Raises ConnectionError where the server hangs up before that: the rest of the load was never sent.
        """
        load, loop = self._load, self._loop
        connections = [
            (await loop.create_connection(lambda: Connection(self), HOST, load.port))[1]
            for _ in range(load.connections)
        ]
        self._started = time.monotonic()
        begin = self._started + load.warm_up
        self._tally = Tally(begin, begin + load.seconds, load.rate is not None, load.sample_every)
        if load.rate is None:
            for connection in connections:
                self._send(connection, time.monotonic())
        else:
            self._idle.extend(connections)
            self._interval, self._due = 1 / load.rate, self._started
            self._tick()
        await self._finished()
        self._closing = True
        for connection in connections:
            connection.close()
        if self._hung_up:
            raise ConnectionError("the server hung up")
        return self._outcome()

    async def _finished(self) -> None:
        try:
            async with asyncio.timeout(self._tally.end + _DRAIN_S - time.monotonic()):
                await self._done.wait()
        except TimeoutError:
            pass

    def answered(
        self, connection: Connection, request: bytes, due: float, sent: float, status: int, body: bytes
    ) -> None:
        """Take an answer; the connection sends what is late, or the next request of a closed loop."""
        now = time.monotonic()
        self._under_way -= 1
        self._tally.add(request, due, sent, now, status, body)
        if self._load.rate is not None:
            if self._late:
                self._send(connection, self._late.popleft())
            else:
                self._idle.append(connection)
        elif now < self._tally.end:
            self._send(connection, now)
        self._end_if_over(now)

    def lost(self) -> None:
        """End a load on whose connection the server has hung up."""
        if not self._closing:
            self._hung_up = True
            self._done.set()

    def _tick(self) -> None:
        """Send what is due; come back when the next one is."""
        now = time.monotonic()
        while self._due <= now and self._due < self._tally.end:
            if self._idle:
                self._send(self._idle.popleft(), self._due)
            else:
                self._late.append(self._due)
            self._due += self._interval
        if self._due < self._tally.end:
            self._loop.call_later(max(_TICK_S, self._due - now), self._tick)
        self._end_if_over(now)

    def _send(self, connection: Connection, due: float) -> None:
        request = self._load.requests[self._next]
        self._next = (self._next + 1) % len(self._load.requests)
        self._under_way += 1
        connection.send(request, due)

    def _end_if_over(self, now: float) -> None:
        all_sent = now >= self._tally.end if self._load.rate is None else self._due >= self._tally.end
        if all_sent and not self._late and not self._under_way:
            self._done.set()

    def _outcome(self) -> Outcome:
        tally = self._tally
        return Outcome(
            seconds=self._load.seconds,
            statuses=tally.statuses,
            latencies=tally.latencies,
            service_times=tally.service_times,
            at=tally.at,
            samples=tally.samples,
            unanswered=len(self._late) + self._under_way,
        )


async def _run(load: Load) -> Outcome:
    return await Generator(load).run()


if __name__ == "__main__":
    load = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 - who started us wrote it
    assert isinstance(load, Load)
    Path(sys.argv[2]).write_bytes(pickle.dumps(uvloop.run(_run(load))))
