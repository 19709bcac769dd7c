"""Canaries: a known value sealed under every master key, which detects a wrong keyring before it is used."""

import os
from collections.abc import Collection, Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.vault.associated_data import for_canary
from adapters.vault.keyring import NONCE_BYTES, MasterKeyring
from application.errors import ApplicationError

_KNOWN_VALUE: Final = b"modelbook canary"


class WrongKeyring(ApplicationError):
    """The master keys given are not the ones the stored keys were encrypted with."""

    code = "wrong-keyring"


def canaries(keyring: MasterKeyring) -> dict[str, bytes]:
    """Return the known value sealed under each master key, by id: a nonce followed by the ciphertext."""
    return {key_id: _sealed(key_id, keyring.cipher(key_id)) for key_id in keyring.ids}


def check_canaries(keyring: MasterKeyring, stored: Mapping[str, bytes], in_use: Collection[str]) -> None:
    """Check the stored canaries of all ids in the keyring. Without stored canaries every keyring passes.

    Raises:
        WrongKeyring: a canary does not open, no canary has an id of the keyring, or the keyring lacks an id in use.
    """
    known = [key_id for key_id in keyring.ids if key_id in stored]
    if stored and not known:
        raise WrongKeyring(
            f"None of the given master keys ({', '.join(keyring.ids)}) is one that the stored provider keys were "
            f"encrypted under ({', '.join(sorted(stored))}). Give those master keys as well, or start with another "
            "database."
        )
    for key_id in known:
        if not _opens(key_id, keyring.cipher(key_id), stored[key_id]):
            raise WrongKeyring(
                f"The master key {key_id!r} is not the one that was used under this id before; "
                "give the former key, or choose a new id for the new one."
            )
    if missing := sorted(set(in_use) - set(keyring.ids)):
        raise WrongKeyring(
            f"Stored provider keys are still encrypted under master keys that are not given ({', '.join(missing)}); "
            "put those back behind the active one until they are rotated out."
        )


def _sealed(key_id: str, cipher: AESGCM) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, _KNOWN_VALUE, for_canary(key_id))


def _opens(key_id: str, cipher: AESGCM, canary: bytes) -> bool:
    try:
        return cipher.decrypt(canary[:NONCE_BYTES], canary[NONCE_BYTES:], for_canary(key_id)) == _KNOWN_VALUE
    except (InvalidTag, ValueError):
        return False
