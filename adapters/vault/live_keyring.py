"""The master keys of a key file as they are at this moment."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from adapters.vault.keyring import Keyring
from adapters.vault.keyring_errors import KeyringFileRefused
from adapters.vault.keyring_file import KeyringFile

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from adapters.vault.keyring import MasterKeyring

_LOGGER: Final = logging.getLogger(__name__)


class LiveKeyring:
    """Implements `MasterKeyring` from a file: a key that is put into it is known at once, without a restart.

    While the file cannot be used, the keys it held before are kept.
    """

    def __init__(self, file: KeyringFile) -> None:
        """Read the file, making it where there is none.

        Raises:
            KeyringFileRefused: it cannot be used.
        """
        self._file = file
        self._keyring = file.read_or_create()
        self._stamp = self._stamp_now()

    @property
    def active_id(self) -> str:
        return self._current().active_id

    @property
    def ids(self) -> tuple[str, ...]:
        return self._current().ids

    def cipher(self, key_id: str) -> AESGCM:
        return self._current().cipher(key_id)

    def _current(self) -> Keyring:
        stamp = self._stamp_now()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._keyring = self._file.read() or self._keyring
            except KeyringFileRefused as error:
                _LOGGER.warning("The master keys stay as they were: %s", error.message)
        return self._keyring

    def _stamp_now(self) -> tuple[int, int]:
        """Return what changes with the file: it is always replaced, never written over."""
        try:
            found = self._file.path.stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns


def held_keyring(text: str, directory: Path | None) -> MasterKeyring:
    """Return the keyring in the folder's key file as it is at any time, or the one in the text where there is none.

    Raises:
        KeyringFileRefused: the file cannot be used.
        ValueError: the text holds no keyring.
    """
    return Keyring.parse(text) if directory is None else LiveKeyring(KeyringFile(directory))
