"""Opens the sealed text of a batch's events, with one look-up of all the keys that it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import ValidationError

from projector_service.domain.messages import Fact, Fault, Message, Poison
from projector_service.ports import TextKeys
from ticket_chassis.sealing import CannotOpen, open_text
from ticket_contracts.events import Event
from ticket_contracts.text import SealedText

ERASED = ""


async def open_texts(messages: Sequence[Message], keys: TextKeys) -> list[Message]:
    """Return the messages with their text in plain; one that cannot be opened becomes poison.

    Text whose key has been forgotten is erased: it reads as empty.
    """
    sealed = [_sealed(m.event) if isinstance(m, Fact) else {} for m in messages]
    wanted = {text.kid for texts in sealed for text in texts.values()}
    found = await keys.find(wanted) if wanted else {}
    return [
        _opened(m, texts, found) if texts and isinstance(m, Fact) else m
        for m, texts in zip(messages, sealed, strict=True)
    ]


def _opened(fact: Fact, sealed: Mapping[str, SealedText], keys: Mapping[str, bytes | None]) -> Message:
    try:
        texts = {name: _open(text, fact.ticket_id, keys) for name, text in sealed.items()}
        erased = {name: text for name, text in texts.items() if text == ERASED}
        event = type(fact.event).model_validate(
            fact.event.__dict__ | {n: t for n, t in texts.items() if n not in erased}
        )
    except CannotOpen as error:
        return _poison(fact, Fault.SEALED, str(error))
    except ValidationError as error:
        # Sealed text is as long as whoever sealed it wished; a view has limits.
        fields = sorted({str(e["loc"][0]) for e in error.errors()})
        return _poison(fact, Fault.INVALID_EVENT, f"{fact.event.TYPE}: {', '.join(fields)}, sealed")
    return replace(fact, event=event.model_copy(update=erased) if erased else event)


def _poison(fact: Fact, fault: Fault, detail: str) -> Poison:
    return Poison(fact.at, fact.ticket_id, fault, detail, fact.version, fact.event_id)


def _open(text: SealedText, ticket_id: str, keys: Mapping[str, bytes | None]) -> str:
    if text.kid not in keys:
        raise CannotOpen(f"no key {text.kid} was ever published")
    key = keys[text.kid]
    return ERASED if key is None else open_text(text, ticket_id, key)


def _sealed(event: Event) -> dict[str, SealedText]:
    return {name: value for name, value in event.__dict__.items() if type(value) is SealedText}
