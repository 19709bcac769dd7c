"""The key file in the data folder, for a deployment without master keys in its settings."""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adapters.private_files import FileRefused, read_private_file
from adapters.vault.keyring import Keyring
from application.errors import ApplicationError

_FIRST_ID: Final = "k1"
_NUMBERED: Final = re.compile(r"k[0-9]{1,9}")
_OWNER_ONLY: Final = 0o600


class KeyringFileRefused(ApplicationError):
    """The file with the master keys cannot be used."""

    code = "keyring-file-refused"


class KeyringFile:
    """The file `master-keys`, readable by its owner only. Two processes that create it at once get the same keyring."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.path = directory / "master-keys"

    def read(self) -> Keyring | None:
        """Return the keyring, or None if there is no file.

        Raises:
            KeyringFileRefused: other users may read or write the file, or it contains no keyring.
        """
        try:
            text = read_private_file(self.path).decode("ascii", "replace")
        except FileNotFoundError:
            return None
        except FileRefused as exc:
            raise KeyringFileRefused(str(exc)) from exc
        except OSError as exc:
            raise KeyringFileRefused(f"{self.path} cannot be read: {exc.strerror}.") from exc
        try:
            return Keyring.parse(text)
        except ValueError as exc:
            raise KeyringFileRefused(f"{self.path} holds no usable keyring. {exc}") from exc

    def read_or_create(self) -> Keyring:
        """Return the keyring. Creates the directory, and a file with one new key, if they do not exist.

        Raises:
            KeyringFileRefused: as for `read`.
        """
        if keyring := self.read():
            return keyring
        with self._locked():
            # Another process may have made it while this one waited.
            if keyring := self.read():
                return keyring
            keyring = Keyring.generate(_FIRST_ID)
            self._write(keyring)
        return keyring

    def rotate(self, key_id: str | None = None) -> Keyring:
        """Add a new active key and return the keyring. Without an id the key gets the next number.

        Raises:
            KeyringFileRefused: as for `read`.
            ValueError: the id is not allowed or already used.
        """
        with self._locked():
            keyring = self.read()
            newer = Keyring.generate(key_id or _next_id(keyring))
            keyring = keyring.led_by(newer) if keyring else newer
            self._write(keyring)
        return keyring

    def remove(self, key_id: str) -> Keyring:
        """Remove a key and return the keyring.

        Raises:
            KeyringFileRefused: as for `read`.
            ValueError: there is no such key, or it is the active one.
        """
        with self._locked():
            keyring = (self.read() or Keyring.generate(_FIRST_ID)).without(key_id)
            self._write(keyring)
        return keyring

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock of the directory, which the system releases when the process ends."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
            # The new name must survive a crash, like what is encrypted under the key.
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _write(self, keyring: Keyring) -> None:
        """Replace the file atomically, so that a reader sees either the old or the new keyring."""
        unfinished = self.path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(unfinished, flags, _OWNER_ONLY), "w", encoding="ascii") as file:
            file.write(keyring.reveal() + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)


def _next_id(keyring: Keyring | None) -> str:
    """Return an id above all others, so that the id of a removed key is never reused."""
    numbers = [int(key_id[1:]) for key_id in (() if keyring is None else keyring.ids) if _NUMBERED.fullmatch(key_id)]
    return f"k{max(numbers, default=0) + 1}"
