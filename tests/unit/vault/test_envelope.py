import pickle
import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.vault.envelope import Envelope, hint
from adapters.vault.keyring import Keyring
from application.errors import CredentialUnreadable
from application.ports.vault import KeyBinding, SealedCredential

KEYRING = Keyring.generate("k1")
ENVELOPE = Envelope(KEYRING)
BINDING = KeyBinding(
    organization_id=UUID(int=1), provider_id=UUID(int=2), version=3, origin="https://api.example.com:443"
)
SEALED = ENVELOPE.seal("sk-a-key-to-be-kept-safe", BINDING)
BYTE_FIELDS = ("ciphertext", "nonce", "wrapped_key", "wrap_nonce")

# Lone surrogates too: JSON can carry them.
any_text = st.text(st.characters(categories=None, exclude_categories=()))
bindings = st.builds(
    KeyBinding, organization_id=st.uuids(), provider_id=st.uuids(), version=st.integers(0, 2**63), origin=any_text
)


def with_bytes(sealed: SealedCredential, field: str, value: bytes) -> SealedCredential:
    change: dict[str, Any] = {field: value}
    return replace(sealed, **change)


def with_bit_flipped(sealed: SealedCredential, field: str, bit: int) -> SealedCredential:
    value = bytearray(getattr(sealed, field))
    value[bit // 8] ^= 1 << (bit % 8)
    return with_bytes(sealed, field, bytes(value))


@given(any_text, bindings)
def test_any_key_comes_back_as_it_was(api_key: str, binding: KeyBinding) -> None:
    sealed = ENVELOPE.seal(api_key, binding)
    assert ENVELOPE.open(sealed) == api_key
    assert sealed.binding == binding


@pytest.mark.parametrize("field", BYTE_FIELDS)
def test_any_flipped_bit_makes_it_unreadable(field: str) -> None:
    for bit in range(len(getattr(SEALED, field)) * 8):
        with pytest.raises(CredentialUnreadable):
            ENVELOPE.open(with_bit_flipped(SEALED, field, bit))


@pytest.mark.parametrize("field", BYTE_FIELDS)
def test_any_shortened_field_makes_it_unreadable(field: str) -> None:
    value: bytes = getattr(SEALED, field)
    for length in range(len(value)):
        with pytest.raises(CredentialUnreadable):
            ENVELOPE.open(with_bytes(SEALED, field, value[:length]))


@given(bindings, bindings)
def test_another_binding_makes_it_unreadable(binding: KeyBinding, other: KeyBinding) -> None:
    sealed = ENVELOPE.seal("a key", binding)
    for changed in (
        replace(binding, organization_id=other.organization_id),
        replace(binding, provider_id=other.provider_id),
        replace(binding, version=other.version),
        replace(binding, origin=other.origin),
    ):
        if changed != binding:
            with pytest.raises(CredentialUnreadable):
                ENVELOPE.open(replace(sealed, binding=changed))


def test_version_and_origin_do_not_run_into_each_other() -> None:
    sealed = ENVELOPE.seal("a key", replace(BINDING, version=1, origin="2https://a"))
    with pytest.raises(CredentialUnreadable):
        ENVELOPE.open(replace(sealed, binding=replace(BINDING, version=12, origin="https://a")))


def test_the_data_key_of_another_credential_does_not_open_it() -> None:
    other = ENVELOPE.seal("another key", BINDING)
    with pytest.raises(CredentialUnreadable):
        ENVELOPE.open(replace(SEALED, wrapped_key=other.wrapped_key, wrap_nonce=other.wrap_nonce))


def test_a_wrapped_key_is_bound_to_its_master_key_id() -> None:
    _, encoded = KEYRING.reveal().split(":")
    with pytest.raises(CredentialUnreadable):
        Envelope(Keyring.parse(f"renamed:{encoded}")).open(replace(SEALED, master_key_id="renamed"))


def test_another_key_under_the_same_id_does_not_open_it() -> None:
    with pytest.raises(CredentialUnreadable):
        Envelope(Keyring.generate("k1")).open(SEALED)


def test_a_missing_master_key_is_named_with_what_to_do() -> None:
    with pytest.raises(CredentialUnreadable, match=r"'k1'.*it has k2.*put that master key back.*or give"):
        Envelope(Keyring.generate("k2")).open(SEALED)


def test_nothing_is_ever_used_twice() -> None:
    again = ENVELOPE.seal("sk-a-key-to-be-kept-safe", BINDING)
    for field in BYTE_FIELDS:
        assert getattr(again, field) != getattr(SEALED, field)
    assert len(again.nonce) == len(again.wrap_nonce) == 12


@given(any_text, bindings)
def test_rotation_moves_the_data_key_and_leaves_the_ciphertext(api_key: str, binding: KeyBinding) -> None:
    newer = Keyring.generate("k2")
    sealed = ENVELOPE.seal(api_key, binding)
    rewrapped = Envelope(KEYRING.led_by(newer)).rewrap(sealed)
    assert rewrapped.master_key_id == "k2"
    assert (rewrapped.ciphertext, rewrapped.nonce, rewrapped.hint) == (sealed.ciphertext, sealed.nonce, sealed.hint)
    assert (rewrapped.wrapped_key, rewrapped.wrap_nonce) != (sealed.wrapped_key, sealed.wrap_nonce)
    assert Envelope(newer).open(rewrapped) == api_key
    with pytest.raises(CredentialUnreadable, match="'k2'"):
        ENVELOPE.open(rewrapped)


def test_rotation_leaves_what_is_under_the_active_key_already() -> None:
    assert ENVELOPE.rewrap(SEALED) is SEALED


def test_rotation_refuses_what_it_cannot_read() -> None:
    newer = Keyring.generate("k2")
    with pytest.raises(CredentialUnreadable):
        Envelope(KEYRING.led_by(newer)).rewrap(with_bit_flipped(SEALED, "wrapped_key", 0))
    with pytest.raises(CredentialUnreadable, match="'k1'"):
        Envelope(newer).rewrap(SEALED)


@pytest.mark.parametrize(
    ("api_key", "shown"),
    [
        ("", "…"),
        ("abcd", "…"),
        ("x" * 15 + "abcd", "…"),
        ("x" * 16 + "abcd", "…abcd"),
        ("x" * 100 + "wxyz", "…wxyz"),
        ("x" * 20 + "a\nbc", "…"),
        ("x" * 20 + "a\ud800bc", "…"),
    ],
)
def test_a_hint_shows_the_end_of_a_long_key_only(api_key: str, shown: str) -> None:
    assert hint(api_key) == shown
    assert ENVELOPE.seal(api_key, BINDING).hint == shown


def test_neither_text_nor_errors_show_the_key() -> None:
    api_key = secrets.token_hex(24)
    sealed = ENVELOPE.seal(api_key, BINDING)
    with pytest.raises(CredentialUnreadable) as failure:
        ENVELOPE.open(replace(sealed, nonce=bytes(12)))
    for shown in (repr(sealed), repr(ENVELOPE), str(failure.value), repr(failure.value), repr(failure.value.__cause__)):
        assert api_key not in shown
    assert api_key.encode() not in pickle.dumps(sealed)


def test_an_envelope_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(ENVELOPE)
