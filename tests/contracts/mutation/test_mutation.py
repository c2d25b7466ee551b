"""The gate's verdict on mutated contracts is what happens to who reads them. All contracts: make contracts-mutation."""

import pytest

from tests.contracts.mutation.corpus import sample_corpus
from tests.contracts.mutation.matrix import confusion, lines, outcomes
from ticket_contracts.events import ReplyAdded, TicketStatusChanged
from ticket_contracts.views import ErasedTicket
from ticket_contracts.watermarks import Watermark

pytestmark = pytest.mark.contract

OVERDONE = {
    # The schema lists the whole vocabulary; that nobody writes these two is a rule of the event (x-rules).
    "TicketStatusChanged.status: narrow without resolved of enum",
    "TicketStatusChanged.status: narrow without closed of enum",
}
"""What is called breaking though nothing breaks."""


@pytest.mark.parametrize("model", [ReplyAdded, TicketStatusChanged, ErasedTicket, Watermark])
def test_the_verdict_is_what_happens(model: type) -> None:
    found = list(outcomes(sample_corpus(), [model]))
    counts = confusion(found)
    assert counts[False, True] == 0, "\n".join(lines(found))
    assert {one.mutation for one in found if one.said != one.happened} <= OVERDONE
    # Both answers must have been right often, or it shows nothing.
    assert min(counts[True, True], counts[False, False]) > 15
    assert {"remove", "rename", "retype", "require", "narrow", "widen"} - {one.kind for one in found} <= {"require"}
