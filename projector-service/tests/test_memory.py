"""What is remembered of tickets is bounded, in number and in size."""

from projector_service.domain.fold import fold
from projector_service.domain.messages import Fact, Received
from projector_service.domain.tickets import Ticket
from projector_service.projections.decode import decode
from projector_service.projections.memory import LARGE, TicketMemory
from tests.support.projector import created, new_id
from tests.support.projector_in_memory import WHEN_SENT, as_record

IDS = [new_id() for _ in range(4)]


def ticket(ticket_id: str, characters: int = 10) -> Ticket:
    """Return a ticket with a message of so many characters."""
    record = as_record(created(ticket_id, message="m" * characters))
    fact = decode(Received(record.partition, 0, record.key, record.value, WHEN_SENT))
    assert isinstance(fact, Fact)
    return Ticket(ticket_id, record.partition, fold(None, fact))


def remembered(memory: TicketMemory) -> list[str]:
    return [each for each in IDS if memory.find([each])]


def test_the_least_recently_kept_goes_first() -> None:
    memory = TicketMemory(capacity=2)
    memory.keep([ticket(IDS[0]), ticket(IDS[1])])
    memory.keep([ticket(IDS[0]), ticket(IDS[2])])
    assert remembered(memory) == [IDS[0], IDS[2]]


def test_a_ticket_with_a_long_text_is_forgotten() -> None:
    memory = TicketMemory()
    memory.keep([ticket(IDS[0], LARGE)])
    assert remembered(memory) == [IDS[0]]
    memory.keep([ticket(IDS[0], LARGE + 1)])
    assert remembered(memory) == []


def test_all_texts_together_are_bounded() -> None:
    one = ticket(IDS[0], 1_000)
    assert one.view is not None
    texts = [text for entry in one.view.recent for text in entry.data.values() if isinstance(text, str)]
    each = 1_000 + sum(map(len, texts))
    memory = TicketMemory(characters=2 * each)
    for _ in range(3):  # what is kept again counts once
        memory.keep([one, ticket(IDS[1], 1_000)])
    assert remembered(memory) == IDS[:2]
    memory.keep([ticket(IDS[2], 1_000)])
    assert remembered(memory) == IDS[1:3]
    memory.clear()
    memory.keep([one, ticket(IDS[3], 1_000)])
    assert remembered(memory) == [IDS[0], IDS[3]]
