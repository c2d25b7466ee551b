"""Sealed text opens under its key, for its ticket, undamaged; and in no other case."""

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_chassis.sealing import CannotOpen, new_key, open_text, seal
from ticket_contracts.text import SEALED_MAX, SealedText

TICKET = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3"
OTHER_TICKET = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b4"
KID = "0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b5"
KEY = new_key()


@given(st.text())
def test_text_comes_back(text: str) -> None:
    assert open_text(seal(text, TICKET, KID, KEY), TICKET, KEY) == text


def test_the_longest_text_fits_the_contract() -> None:
    sealed = seal("\U0001f4a9" * 20_000, TICKET, KID, KEY)
    assert len(sealed.sealed) <= SEALED_MAX
    assert sealed.kid == KID


def test_the_same_text_never_looks_the_same() -> None:
    assert len({seal("x", TICKET, KID, KEY).sealed for _ in range(100)}) == 100


def test_keys_are_256_random_bits() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {32}


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(CannotOpen, match=KID):
        open_text(seal("secret", TICKET, KID, KEY), TICKET, new_key())


def test_text_moved_to_another_ticket_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        open_text(seal("secret", TICKET, KID, KEY), OTHER_TICKET, KEY)


@pytest.mark.parametrize("at", [0, 11, 12, -17, -1])
def test_a_flipped_bit_is_noticed(at: int) -> None:
    raw = bytearray(b64decode(seal("a longer secret", TICKET, KID, KEY).sealed))
    raw[at] ^= 1
    with pytest.raises(CannotOpen):
        open_text(SealedText(kid=KID, sealed=b64encode(raw).decode()), TICKET, KEY)


@pytest.mark.parametrize("sealed", ["", "AAAA", "A" * 39, "A" * 40, "\u00e9" * 40, "not base64!" * 4])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(CannotOpen):
        open_text(SealedText.model_construct(kid=KID, sealed=sealed), TICKET, KEY)


def test_a_key_of_the_wrong_length_opens_nothing() -> None:
    with pytest.raises(CannotOpen):
        open_text(seal("secret", TICKET, KID, KEY), TICKET, b"short")
