"""`make contracts-mutation`: every single-field mutation of every contract, judged by the gate and by what happens."""

import asyncio
import sys

from tests.contracts.mutation.corpus import real_corpus
from tests.contracts.mutation.matrix import confusion, lines, outcomes


def main() -> int:
    """Print what was read and the confusion matrix; return 1 where something breaking was called compatible."""
    corpus, counts = asyncio.run(real_corpus())
    for name, messages in sorted(corpus.items()):
        print(f"{name}: {len(messages)} messages that cover the {counts[name]} there are")  # noqa: T201 - a report
    found = list(outcomes(corpus))
    for line in lines(found):
        print(line)  # noqa: T201 - a report
    return 1 if confusion(found)[False, True] else 0


if __name__ == "__main__":
    sys.exit(main())
