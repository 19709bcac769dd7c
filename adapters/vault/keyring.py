"""The master keys, by id."""

import base64
import binascii
import hmac
import os
import re
from collections.abc import Mapping
from typing import Final, NoReturn, Protocol, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_KEY_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)


class MasterKeyring(Protocol):
    """The part of a keyring that sealing and opening use."""

    @property
    def active_id(self) -> str:
        """The id of the key that wraps new data keys."""
        ...

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, the active one first."""
        ...

    def cipher(self, key_id: str) -> AESGCM:
        """Return the cipher under this key.

        Raises:
            KeyError: the keyring does not have the key.
        """
        ...

    def fingerprints(self, content: bytes) -> tuple[bytes, ...]:
        """Return a fingerprint of the content under each key, 32 bytes, that of the active key first."""
        ...

    def text_ciphers(self) -> tuple[AESGCM, ...]:
        """Return a cipher for short texts for each key, that of the active key first."""
        ...


class Keyring:
    """Master keys of 256 bits. The first is active: it wraps new data keys; the others only open old ones.

    It cannot be pickled or copied, and neither its text nor its errors show key material.
    """

    __slots__ = ("_ciphers", "_fingerprint_keys", "_keys", "_text_ciphers")

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Take the keys in this order, the active one first.

        Raises:
            ValueError: there is no key, an id or a length is not allowed, or two ids have the same key.
        """
        if not keys:
            raise ValueError("The keyring is empty; it needs at least one entry of the form id:base64.")
        for position, (key_id, key) in enumerate(keys.items(), 1):
            _check(position, key_id, key)
        if len(set(keys.values())) < len(keys):
            raise ValueError(
                "Two entries of the keyring have the same key under different ids; each needs a key of its own."
            )
        self._keys = dict(keys)
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._fingerprint_keys = [_derived(key, b"modelbook fingerprints") for key in keys.values()]
        self._text_ciphers = tuple(AESGCM(_derived(key, b"modelbook texts")) for key in keys.values())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `id:base64,id2:base64`, the active key first.

        Raises:
            ValueError: the text has another form; the message numbers the entry, from 1, and quotes nothing.
        """
        keys: dict[str, bytes] = {}
        for position, entry in enumerate(text.split(",") if text.strip() else (), 1):
            key_id, colon, encoded = entry.strip().partition(":")
            if not colon:
                raise ValueError(f"Entry {position} of the keyring has no colon; the form is id:base64.")
            key = _decoded(position, encoded)
            _check(position, key_id, key)
            if key_id in keys:
                raise ValueError(f"Entry {position} of the keyring repeats the id {key_id!r}; ids are unique.")
            keys[key_id] = key
        return cls(keys)

    @classmethod
    def generate(cls, key_id: str) -> Self:
        """Make a keyring of one new random key.

        Raises:
            ValueError: the id is not allowed.
        """
        return cls({key_id: os.urandom(KEY_BYTES)})

    @property
    def active_id(self) -> str:
        """The id of the key that wraps new data keys."""
        return next(iter(self._keys))

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids, the active one first."""
        return tuple(self._keys)

    def cipher(self, key_id: str) -> AESGCM:
        """Return the cipher under this key.

        Raises:
            KeyError: the keyring does not have the key.
        """
        return self._ciphers[key_id]

    def fingerprints(self, content: bytes) -> tuple[bytes, ...]:
        """Return a fingerprint of the content under each key, 32 bytes, that of the active key first."""
        return tuple(hmac.digest(key, content, "sha256") for key in self._fingerprint_keys)

    def text_ciphers(self) -> tuple[AESGCM, ...]:
        """Return a cipher for short texts for each key, that of the active key first."""
        return self._text_ciphers

    def led_by(self, newer: Self) -> "Keyring":
        """Return a keyring with the keys of `newer` first, followed by these.

        Raises:
            ValueError: an id is in both.
        """
        if common := set(newer.ids) & set(self.ids):
            raise ValueError(f"The keyring already has a key with the id {min(common)!r}; choose another id.")
        return Keyring({**newer._keys, **self._keys})

    def without(self, key_id: str) -> "Keyring":
        """Return a keyring without this key.

        Raises:
            ValueError: there is no such key, or it is the active one.
        """
        if key_id not in self._keys:
            raise ValueError(f"The keyring has no key with the id {key_id!r}; it has {', '.join(self.ids)}.")
        if key_id == self.active_id:
            raise ValueError(f"{key_id!r} is the active key; make another one active and rotate first.")
        return Keyring({known: key for known, key in self._keys.items() if known != key_id})

    def reveal(self) -> str:
        """Return the keys in the form that `parse` reads, to write a key file or to show them once."""
        return ",".join(f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in self._keys.items())

    def __repr__(self) -> str:
        """Show only the ids."""
        return f"Keyring(ids={self.ids!r})"

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        """Refuse to be pickled or copied.

        Raises:
            TypeError: always.
        """
        raise TypeError("A keyring cannot be pickled or copied.")


def _derived(key: bytes, purpose: bytes) -> bytes:
    """Return a key for another purpose than wrapping (RFC 5869); neither reveals the other."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(key)


def _decoded(position: int, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise ValueError(
        f"The key of entry {position} of the keyring is not base64 (with its = signs at the end); "
        f"make one with: openssl rand -base64 {KEY_BYTES}"
    )


def _check(position: int, key_id: str, key: bytes) -> None:
    """Check an id. The error does not quote it, because it may be a key in the wrong place."""
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError(
            f"The id of entry {position} of the keyring is not allowed; "
            "an id has 1 to 40 letters, digits, dots, underscores or hyphens."
        )
    if len(key) != KEY_BYTES:
        raise ValueError(
            f"The key of entry {position} of the keyring has {len(key)} bytes; a master key has {KEY_BYTES}."
        )
