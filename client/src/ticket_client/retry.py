"""When to try again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Try again for at most `patience` seconds, waiting `first_wait` seconds, then double, up to `longest_wait`."""

    patience: float = 10.0
    first_wait: float = 0.1
    longest_wait: float = 2.0

    def waits(self) -> Iterator[float]:
        """Seconds to wait before each further try; ends when the patience, counted from the first wait, is up."""
        end = monotonic() + self.patience
        wait = self.first_wait
        while monotonic() < end:
            # Half of it by chance, so that clients that failed together do not come back together.
            yield wait * (0.5 + random.random() / 2)
            wait = min(wait * 2, self.longest_wait)


NO_RETRY = RetryPolicy(patience=0.0)
