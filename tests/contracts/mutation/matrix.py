"""All mutations of all models, and the confusion matrix of what the gate said and what happened."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from gate.changes import Break
from gate.models import DOCUMENT_MODELS
from tests.contracts.mutation.corpus import Corpus
from tests.contracts.mutation.mutations import mutations
from tests.contracts.mutation.readers import Reader, writes
from tests.contracts.mutation.trial import Outcome, tried
from ticket_contracts.control import REQUEST_BY_TYPE
from ticket_contracts.envelope import Envelope
from ticket_contracts.events import EVENTS

INSIDE: tuple[type[BaseModel], ...] = (*EVENTS, *REQUEST_BY_TYPE.values())
"""What is inside an envelope: read from what its JSON came to, not from bytes."""

MODELS: tuple[type[BaseModel], ...] = (*INSIDE, Envelope, *DOCUMENT_MODELS.values())


def outcomes(corpus: Corpus, models: Iterable[type[BaseModel]] = MODELS) -> Iterator[Outcome]:
    """Yield what came of each mutation of each model."""
    for model in models:
        core: Any = model.__pydantic_core_schema__
        from_bytes, kept = model not in INSIDE, model.__name__ not in DOCUMENT_MODELS
        old = Reader(core, from_bytes=from_bytes)
        messages = [message for message in corpus.get(model.__name__, []) if writes(old.read(message), message)]
        for mutation in mutations(core):
            yield tried(mutation, old, messages, kept=kept, from_bytes=from_bytes)


def confusion(found: Iterable[Outcome]) -> Counter[tuple[bool, bool]]:
    """Return how often the gate said (breaking, it broke), of each mutation and order of deployment."""
    return Counter((broken in one.said, broken in one.happened) for one in found for broken in Break)


def lines(found: list[Outcome]) -> Iterator[str]:
    """Yield the matrix as a table, by kind of mutation as well, and every disagreement by name."""
    yield f"{len(found)} mutations, each deployed in both orders; {sum(one.messages for one in found)} messages read"
    yield f"{'':14}{'called breaking':>34}{'called compatible':>36}"
    yield f"{'mutation':14}{'broke':>16}{'did not':>18}{'broke':>18}{'did not':>18}"
    kinds = sorted({one.kind for one in found})
    for kind in [*kinds, "all"]:
        counts = confusion(one for one in found if kind in (one.kind, "all"))
        cells = [counts[said, broke] for said in (True, False) for broke in (True, False)]
        yield f"{kind:14}{cells[0]:>16}{cells[1]:>18}{cells[2]:>18}{cells[3]:>18}"
    for one in found:
        for broken in sorted(one.said ^ one.happened):
            wrong = "called breaking, did not break" if broken in one.said else "CALLED COMPATIBLE, BROKE"
            yield f"{wrong}: {one.mutation} ({broken})"
