"""Every contract on a topic, and that of the commands, broken on purpose in each place: one message says it all.

That of the queries is broken in query-service/tests/contracts/test_broken_answers.py, beside its app in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import command_provider, projector_provider
from tests.support.pacts.breaking import Answering, Change, keyed, only, sending, with_one_more, with_value, without
from tests.support.pacts.files import FOLDER, PactFile
from tests.support.pacts.report import BrokenContract
from tests.support.pacts.verification import Bring, verify_http, verify_messages
from tests.support.pacts.words import TICKET
from tests.support.served_app import served_app

pytestmark = pytest.mark.contract


@dataclass(frozen=True)
class Place:
    """Where one contract is broken: in which exchange, by a field that goes, and by a word that nobody knows."""

    contract: str
    interaction: str
    field: tuple[str, ...]
    word: tuple[str, ...] | None = None
    key: str = TICKET

    def __str__(self) -> str:
        return self.contract

    def pact(self, folder: Path, asked: Change | None = None) -> PactFile:
        """Return the contract's pact, of that exchange alone."""
        return only(PactFile.read(FOLDER / f"{self.contract}.json"), self.interaction, folder, asked)


AN_EVENT = "TicketCreated.v2 channel ivr"
PLACES = (
    Place(
        "projector-service--command-service--tickets.events.v1",
        AN_EVENT,
        ("data", "customer", "id"),
        ("data", "channel"),
    ),
    Place(
        "projector-service--command-service--tickets.text-keys.v1",
        "the key of a customer's text",
        ("key",),
        key="018f0000-0000-7000-8000-0000000000bb",
    ),
    Place(
        "projector-service--projector-service--tickets.events.v1",
        "an operator gives a message up",
        ("data", "operator"),
        ("type",),
    ),
    Place(
        "command-service--command-service--tickets.events.v1",
        "TicketStatusChanged.v1",
        ("recordedtime",),
        ("data", "status"),
    ),
    Place(
        "command-service--command-service--tickets.text-keys.v1",
        "the key of a customer's text",
        ("created_at",),
        key="018f0000-0000-7000-8000-0000000000bb",
    ),
    Place(
        "query-service--command-service--tickets.watermarks.v1", "the watermark of a partition", ("published",), key="7"
    ),
    Place(
        "query-service--projector-service--tickets.views.v1", "the view of a new ticket", ("customer_id",), ("status",)
    ),
    Place(
        "query-service--projector-service--tickets.timeline.v1",
        "the entry of an agent's note",
        ("recorded_at",),
        ("visibility",),
        key=f"{TICKET}:2",
    ),
    Place(
        "query-service--projector-service--tickets.stats.v1",
        "the counters where tickets have groups",
        ("views_offset",),
        key="7",
    ),
    Place(
        "query-service--projector-service--tickets.generations.v1",
        "the notice that a generation is serving",
        ("same_log",),
        ("state",),
        key="3",
    ),
)
WITH_WORDS = [place for place in PLACES if place.word is not None]


def states_of(pact: PactFile) -> Mapping[str, Bring]:
    """Return what brings about the states of a pact at its provider."""
    by_command = pact.provider == "command-service"
    return command_provider.states_on(pact.about) if by_command else projector_provider.states_on(pact.about)


def told(pact: PactFile, interaction: str, breach: str) -> str:
    """Return the message that is to be read."""
    return f"""\
pacts/{pact.path.name}: {pact.provider} does not give what {pact.consumer} needs.
  provider: {pact.provider} team, consumer: {pact.consumer} team
  {interaction}:
    {breach}
  If {pact.provider} changed: give it again, or agree with the {pact.consumer} team, whose tests then change first.
  If {pact.consumer} asks for something new: the {pact.provider} team goes first."""


async def broken(pact: PactFile, states: Mapping[str, Bring]) -> str:
    """Return what is said of a pact that does not hold."""
    with pytest.raises(BrokenContract) as raised:
        await verify_messages(pact, states)
    return str(raised.value)


def test_every_contract_on_a_topic_is_broken_here() -> None:
    assert {place.contract for place in PLACES} == {
        p.stem for p in FOLDER.glob("*.json") if not p.stem.endswith("http")
    }


@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_the_producer_drops_a_field(place: Place, tmp_path: Path) -> None:
    pact = place.pact(tmp_path)
    message = await broken(pact, sending(states_of(pact), without(*place.field)))
    assert message == told(pact, place.interaction, f"$.{'.'.join(place.field)}: is missing")


@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_the_consumer_asks_for_what_nobody_sends(place: Place, tmp_path: Path) -> None:
    pact = place.pact(tmp_path, with_one_more("mood"))
    assert await broken(pact, states_of(pact)) == told(pact, place.interaction, "$.mood: is missing")


@pytest.mark.parametrize("place", WITH_WORDS, ids=str)
async def test_the_producer_says_another_word(place: Place, tmp_path: Path) -> None:
    assert place.word is not None
    pact = place.pact(tmp_path)
    message = await broken(pact, sending(states_of(pact), with_value("another", *place.word)))
    path = f"    $.{'.'.join(place.word)}: "
    (line,) = (line for line in message.splitlines() if line.startswith(path))
    assert line.startswith(f"{path}Expected 'another' (String) to ")
    assert message == told(pact, place.interaction, line.strip())


@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_the_producer_changes_the_key(place: Place, tmp_path: Path) -> None:
    pact = place.pact(tmp_path)
    message = await broken(pact, keyed(states_of(pact), b"another"))
    assert message == told(pact, place.interaction, f"key: expected {place.key}, was another")


async def test_the_producer_takes_a_word_out_of_an_enumeration(tmp_path: Path) -> None:
    pact = PLACES[0].pact(tmp_path)

    async def refuses(**_: str) -> object:
        raise ValueError("channel: Input should be 'web' or 'email'")

    states = dict.fromkeys(states_of(pact), refuses)
    why = "-: command-service cannot bring it about: ValueError: channel: Input should be 'web' or 'email'"
    assert await broken(pact, states) == told(pact, AN_EVENT, why)  # type: ignore[arg-type]


async def test_the_consumer_names_a_state_that_the_provider_does_not_know(tmp_path: Path) -> None:
    pact = PLACES[0].pact(tmp_path)
    why = "-: command-service knows no such state: a ticket was created"
    assert await broken(pact, {}) == told(pact, AN_EVENT, why)


COMMANDS = "ticket-client--command-service--http"
A_COMMAND = "work is triaged"


def _nothing(_: object) -> None:
    pass


@pytest.mark.parametrize(
    ("asked", "answered", "drops", "path"),
    [
        (None, without("version"), None, "$.version: is missing"),
        (with_one_more("mood"), _nothing, None, "$.mood: is missing"),
        (
            None,
            with_value("another", "status"),
            None,
            "$.status: Expected 'another' (String) to be equal to 'triaged' (String)",
        ),
        (None, _nothing, b"consistency-token", "header consistency-token: expected {token}, is missing"),
    ],
    ids=["a field is dropped", "a field that nobody sends", "another word", "a header is dropped"],
)
def test_the_commands_are_broken(
    asked: Change | None, answered: Change, drops: bytes | None, path: str, tmp_path: Path
) -> None:
    pact = only(PactFile.read(FOLDER / f"{COMMANDS}.json"), A_COMMAND, tmp_path, asked)
    ticket = pact.interactions[0]["providerStates"][0]["params"]["ticket_id"]
    with (
        served_app(Answering(command_provider.api(), answered, drops=drops)) as url,
        pytest.raises(BrokenContract) as raised,
    ):
        verify_http(pact, url, command_provider.states_of(url))
    assert str(raised.value) == told(pact, A_COMMAND, path.format(token=f"{ticket}:2"))
