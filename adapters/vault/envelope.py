"""Envelope encryption with AES-256-GCM (NIST SP 800-38D), free of storage."""

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.vault.associated_data import for_credential, for_data_key
from adapters.vault.keyring import NONCE_BYTES, MasterKeyring
from adapters.vault.master_key_canary import canaries, check_canaries
from application.errors import CredentialUnreadable
from application.ports.vault import KeyBinding, SealedCredential

SHORTEST_HINTED: Final = 20
"""Of a shorter key, four characters would be too much to show."""


def hint(api_key: str) -> str:
    """Return an ellipsis, and the last four characters if the key is printable and at least 20 characters long."""
    return f"…{api_key[-4:]}" if len(api_key) >= SHORTEST_HINTED and api_key.isprintable() else "…"


class Envelope:
    """Seals and opens provider keys under a keyring. Its only state is the keyring; it is thread-safe."""

    def __init__(self, keyring: MasterKeyring) -> None:
        self._keyring = keyring

    def seal(self, api_key: str, binding: KeyBinding) -> SealedCredential:
        """Encrypt the key under a new data key, bound to `binding`."""
        data_key = AESGCM.generate_key(bit_length=256)
        nonce = os.urandom(NONCE_BYTES)
        plaintext = api_key.encode("utf-8", "surrogatepass")
        active_id = self._keyring.active_id
        wrap_nonce, wrapped_key = self._wrapped(data_key, binding, active_id)
        return SealedCredential(
            binding=binding,
            hint=hint(api_key),
            ciphertext=AESGCM(data_key).encrypt(nonce, plaintext, for_credential(binding)),
            nonce=nonce,
            wrapped_key=wrapped_key,
            wrap_nonce=wrap_nonce,
            master_key_id=active_id,
        )

    def open(self, sealed: SealedCredential) -> str:
        """Return the key.

        A caller that reads the credential from a store sets the expected binding first, so that a row sealed for
        another binding does not open.

        Raises:
            CredentialUnreadable: it was sealed for another binding or changed, or its master key is missing.
        """
        data_key = self._unwrapped(sealed)
        plaintext = _decrypted(AESGCM(data_key), sealed.nonce, sealed.ciphertext, for_credential(sealed.binding))
        return plaintext.decode("utf-8", "surrogatepass")

    def rewrap(self, sealed: SealedCredential) -> SealedCredential:
        """Return the credential with its data key wrapped by the active master key. The ciphertext stays the same.

        Raises:
            CredentialUnreadable: as for `open`.
        """
        active_id = self._keyring.active_id
        if sealed.master_key_id == active_id:
            return sealed
        wrap_nonce, wrapped_key = self._wrapped(self._unwrapped(sealed), sealed.binding, active_id)
        return replace(sealed, wrapped_key=wrapped_key, wrap_nonce=wrap_nonce, master_key_id=active_id)

    def canary(self) -> dict[str, bytes]:
        """Return a known value sealed under each master key, by id, to be stored as its canary."""
        return canaries(self._keyring)

    def check_canary(self, stored: Mapping[str, bytes], *, in_use: Collection[str] = ()) -> None:
        """Check that the keyring fits the stored canaries and credentials.

        `in_use` holds the ids of the master keys that stored credentials are sealed under.

        Raises:
            WrongKeyring: it does not fit; the message names the key that is missing or different.
        """
        check_canaries(self._keyring, stored, in_use)

    def _wrapped(self, data_key: bytes, binding: KeyBinding, master_key_id: str) -> tuple[bytes, bytes]:
        wrap_nonce = os.urandom(NONCE_BYTES)
        cipher = self._keyring.cipher(master_key_id)
        return wrap_nonce, cipher.encrypt(wrap_nonce, data_key, for_data_key(master_key_id, binding))

    def _unwrapped(self, sealed: SealedCredential) -> bytes:
        if sealed.master_key_id not in self._keyring.ids:
            raise CredentialUnreadable(
                f"The stored key was encrypted under the master key {sealed.master_key_id[:40]!r}, which the keyring "
                f"does not hold (it has {', '.join(self._keyring.ids)}): put that master key back behind the active "
                "one, or give the provider's key again."
            )
        associated_data = for_data_key(sealed.master_key_id, sealed.binding)
        cipher = self._keyring.cipher(sealed.master_key_id)
        return _decrypted(cipher, sealed.wrap_nonce, sealed.wrapped_key, associated_data)


def _decrypted(cipher: AESGCM, nonce: bytes, ciphertext: bytes, associated_data: bytes) -> bytes:
    """Return the plaintext. A nonce of the wrong length is treated as tampering."""
    try:
        return cipher.decrypt(nonce, ciphertext, associated_data)
    except (InvalidTag, ValueError) as exc:
        raise CredentialUnreadable from exc
