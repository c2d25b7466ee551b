"""What a client may believe of a command after its attempts."""

import pytest

from tests.chaos.history import Accepted, Answer, Attempt, Command, Fate, Refused, Unknown

YES = Accepted("ticket", 1, "open")
NO = Refused(409, "ticket-closed")
WHAT = Unknown("ReadTimeout")


@pytest.mark.parametrize(
    ("answers", "fate"),
    [
        ([YES], Fate.ACKNOWLEDGED),
        ([WHAT, YES], Fate.ACKNOWLEDGED),
        ([YES, WHAT], Fate.ACKNOWLEDGED),
        ([NO, YES], Fate.ACKNOWLEDGED),
        ([NO], Fate.REFUSED),
        ([WHAT, NO], Fate.REFUSED),
        ([WHAT], Fate.UNKNOWN),
        ([NO, WHAT], Fate.UNKNOWN),
    ],
)
def test_the_fate_follows_from_the_answers(answers: list[Answer], fate: Fate) -> None:
    attempts = [Attempt(n, n + 0.5, answer) for n, answer in enumerate(answers)]
    assert Command("key", "client", "CloseTicket", "ticket", {}, attempts=attempts).fate is fate
