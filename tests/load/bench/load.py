"""A load, and what came of it: the client runs in a process of its own, so that nobody else's work delays it."""

import asyncio
import pickle
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.load.figures import quantile

_GRACE_S = 60.0


@dataclass(frozen=True)
class Load:
    """Requests to one server, raw, taken in turn from the first to the last and again from the first.

    With a `rate` (per second) they are sent when they are due, whatever became of those before them (open loop): a
    latency counts from then. Without one each connection sends its next request once it has its answer (closed loop).
    What is answered in the first `warm_up` seconds is not counted. Of the rest the first answer is kept, and every
    `sample_every`th after it.
    """

    port: int
    requests: Sequence[bytes]
    seconds: float
    connections: int = 32
    rate: float | None = None
    warm_up: float = 0.5
    sample_every: int = 0


@dataclass(frozen=True)
class Sample:
    """An answer that was kept: to which request, when it was sent and answered (unix seconds), and its body."""

    request: bytes
    sent: float
    answered: float
    status: int
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """Latencies in seconds: from when a request was due, and from when it was sent; `at` is when it was answered."""

    seconds: float
    statuses: Counter[int]
    latencies: Sequence[float]
    service_times: Sequence[float]
    at: Sequence[float]
    samples: Sequence[Sample]
    unanswered: int

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile_ms(self, share: float) -> float:
        """Return a quantile of the latencies in ms; infinite where nothing was answered."""
        return quantile(self.latencies, share) * 1000 if self.latencies else float("inf")

    def demand(self, status: int) -> "Outcome":
        """Return the same; raises AssertionError where an answer had another status, or did not come in time.

        A figure of the answers alone would leave out the longest times of all.
        """
        assert set(self.statuses) == {status}, f"answers by status: {dict(self.statuses)}, wanted {status}"
        assert not self.unanswered, f"{self.unanswered} requests were not answered within 10 s of the end"
        return self


async def run_load(load: Load) -> Outcome:
    """Run the client with this load; raises RuntimeError when it fails, TimeoutError when it does not end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        asked, told = Path(directory) / "load", Path(directory) / "outcome"
        asked.write_bytes(pickle.dumps(load))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.load.bench.client", str(asked), str(told)
        )
        try:
            async with asyncio.timeout(load.seconds + _GRACE_S):
                code = await process.wait()
        except BaseException:
            process.kill()
            raise
        if code:
            raise RuntimeError("the client failed")
        outcome = pickle.loads(told.read_bytes())  # noqa: S301 - our own process wrote it
    assert isinstance(outcome, Outcome)
    return outcome
