"""A keyring that follows the changes of a key file."""

import logging
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adapters.vault.keyring import Keyring, MasterKeyring
from adapters.vault.keyring_file import KeyringFile, KeyringFileRefused

_LOGGER: Final = logging.getLogger(__name__)


class LiveKeyring:
    """Implements `MasterKeyring` from a file. A key that is added to the file is known at once, without a restart.

    While the file cannot be used, the previous keys stay in use.
    """

    def __init__(self, file: KeyringFile) -> None:
        """Read the file. Creates it if it does not exist.

        Raises:
            KeyringFileRefused: the file cannot be used.
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

    def fingerprints(self, content: bytes) -> tuple[bytes, ...]:
        return self._current().fingerprints(content)

    def text_ciphers(self) -> tuple[AESGCM, ...]:
        return self._current().text_ciphers()

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
        """Return a stamp that changes with the file, which is always replaced and never overwritten."""
        try:
            found = self._file.path.stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns


def held_keyring(text: str, directory: Path | None) -> MasterKeyring:
    """Return a keyring that follows the key file in the folder, or without a folder the keyring in the text.

    Raises:
        KeyringFileRefused: the file cannot be used.
        ValueError: the text contains no keyring.
    """
    return Keyring.parse(text) if directory is None else LiveKeyring(KeyringFile(directory))
