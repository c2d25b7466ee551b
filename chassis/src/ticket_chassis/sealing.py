"""Seal free text under a customer's key, and open it again: AES-256-GCM, bound to the ticket that it belongs to.

Shared because the command service seals and the projector opens (docs/adr/0002-erasure.md).
"""

import os
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ticket_contracts.text import SealedText

KEY_BYTES = 32
NONCE_BYTES = 12


class CannotOpen(ValueError):
    """The text was sealed under another key, for another ticket, or was damaged."""


def new_key() -> bytes:
    """Return a random key of 32 bytes."""
    return AESGCM.generate_key(bit_length=KEY_BYTES * 8)


def seal(text: str, ticket_id: str, kid: str, key: bytes) -> SealedText:
    """Return `text` sealed for one ticket under the key named `kid`."""
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, text.encode(), ticket_id.encode())
    return SealedText(kid=kid, sealed=b64encode(nonce + ciphertext).decode())


def open_text(sealed: SealedText, ticket_id: str, key: bytes) -> str:
    """Return the text; raises CannotOpen."""
    try:
        raw = b64decode(sealed.sealed, validate=True)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], ticket_id.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotOpen(f"sealed under key {sealed.kid}") from error
