"""Which records of the log are events that this store has written."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from command_service.execution.recorder import FREE_TEXT
from command_service.relay.record import FINGERPRINT_HEADER, KEY_HEADER, STORE_HEADER
from ticket_chassis.sealing import CannotOpen, open_text
from ticket_contracts.envelope import SOURCE, Envelope, InvalidEnvelope, decode_envelope
from ticket_contracts.events import Event
from ticket_contracts.partitioning import partition_of
from ticket_contracts.text import SealedText, TextKey
from ticket_contracts.upcasting import InvalidEvent, UnknownEventType


class NotOurs(Exception):
    """The record is none of this store's events; the message says by what one knows."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as the log has it. `text` is the envelope as it was stored; `kid` the text key that it names, if any."""

    envelope: Envelope
    event: Event
    text: str
    kid: str | None
    key: str | None
    fingerprint: bytes | None

    @property
    def version(self) -> int:
        """The ticket's version with this event."""
        assert self.envelope.ticketversion is not None  # noqa: S101 - control messages are judged before
        return self.envelope.ticketversion


def store_of(record: Any) -> str:
    """Return the id of the store that the record says it comes from; raises NotOurs."""
    store = dict(record.headers).get(STORE_HEADER)
    if store is None:
        raise NotOurs("no relay wrote it")
    return str(store.decode(errors="replace"))


def judge(record: Any, keys: Mapping[str, TextKey]) -> LoggedEvent:
    """Return the event in a record that has this store's header; raises NotOurs.

    Headers can be forged by whoever may write to the topic. So the record must lie where the relay would have put it,
    come from the command service by its own word, and its free text must be sealed, for this ticket, under a key that
    exists: that only somebody who holds the customer's key can do.
    """
    envelope, event = _decode(record.value)
    if (record.key, record.partition) != (envelope.subject.encode(), partition_of(envelope.subject)):
        raise NotOurs("under another ticket's key")
    headers = dict(record.headers)
    return LoggedEvent(
        envelope,
        event,
        record.value.decode(),
        _opened_with(event, envelope.subject, keys),
        _idempotency_key(headers.get(KEY_HEADER)),
        headers.get(FINGERPRINT_HEADER),
    )


def _decode(value: bytes | None) -> tuple[Envelope, Event]:
    try:
        envelope = decode_envelope(value or b"")
        if envelope.is_control or envelope.source != SOURCE:
            raise NotOurs("written by operators or others")
        return envelope, envelope.event()
    except (InvalidEnvelope, InvalidEvent, UnknownEventType) as error:
        raise NotOurs("unreadable") from error


def _idempotency_key(header: bytes | None) -> str | None:
    try:
        return None if header is None else header.decode()
    except UnicodeDecodeError:
        raise NotOurs("with an idempotency key that is none") from None


def _opened_with(event: Event, ticket_id: str, keys: Mapping[str, TextKey]) -> str | None:
    kid = None
    for path in FREE_TEXT.get(type(event), ()):
        text = reduce(getattr, path, event)
        if text is None:
            continue
        if not isinstance(text, SealedText):
            raise NotOurs("free text that is not sealed")
        key = keys.get(text.kid)
        if key is None or key.key is None:
            raise NotOurs("sealed under a text key that there is not")
        try:
            open_text(text, ticket_id, b64decode(key.key))
        except CannotOpen:
            raise NotOurs("free text that its key does not open") from None
        kid = text.kid
    return kid
