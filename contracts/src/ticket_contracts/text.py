"""Free text of a customer: sealed on the log, so that it can be made unreadable later.

The log is kept for ever. Text on it is encrypted under a key per customer; forgetting the key erases the
text everywhere on the log without rewriting a byte of it (docs/adr/0002-erasure.md).
"""

from typing import Annotated

from pydantic import Field

from ticket_contracts.fields import CONTACT_MAX, INTEGER_MAX, MESSAGE_MAX, REMARK_MAX, SUBJECT_MAX, UUID_PATTERN
from ticket_contracts.model import MEANING, Contract, Timestamp

# 4 UTF-8 bytes a code point, 12 bytes of nonce and 16 of tag, in base64.
SEALED_MAX = -(-(MESSAGE_MAX * 4 + 28) // 3) * 4

KeyId = Annotated[str, Field(pattern=UUID_PATTERN, description="UUID of the text key, random, tells nothing")]


class SealedText(Contract):
    """Text encrypted with AES-256-GCM, with the ticket id as associated data."""

    kid: KeyId
    sealed: str = Field(
        min_length=40,
        max_length=SEALED_MAX,
        description="base64 of nonce (12 bytes), ciphertext and tag (16 bytes)",
        json_schema_extra={MEANING: "AES-256-GCM: nonce, ciphertext, tag; ticket id as associated data"},
    )


class TextKey(Contract):
    """A customer's key on tickets.text-keys.v1; `key` is null once it has been forgotten."""

    kid: KeyId
    version: int = Field(ge=1, le=INTEGER_MAX, description="1 when made, higher once erased: the higher one holds")
    key: str | None = Field(
        min_length=44, max_length=44, description="base64 of 32 bytes; null: erased, unreadable for ever"
    )
    created_at: Timestamp = Field(description="When the key was made")
    erased_at: Timestamp | None = Field(default=None, description="When the key was forgotten")


ContactText = Annotated[
    Annotated[str, Field(min_length=1, max_length=CONTACT_MAX)] | SealedText,
    Field(description="Where the customer can be reached, such as a mail address; producers seal it"),
]
SubjectText = Annotated[
    Annotated[str, Field(min_length=1, max_length=SUBJECT_MAX)] | SealedText,
    Field(description="One line that names the problem; producers seal it"),
]
MessageText = Annotated[
    Annotated[str, Field(min_length=1, max_length=MESSAGE_MAX)] | SealedText,
    Field(description="Free text; producers seal it"),
]
RemarkText = Annotated[
    Annotated[str, Field(max_length=REMARK_MAX)] | SealedText,
    Field(description="Short free text; producers seal it"),
]
