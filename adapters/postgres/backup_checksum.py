"""A checksum at the end of a backup file. pg_restore ignores it, and itself detects few changes of a dump."""

import hashlib
import os
from pathlib import Path
from typing import Final

from application.ports.backups import BackupUnreadable

_TAG: Final = b"\nmodelbook backup, SHA-256 "
_LENGTH: Final = len(_TAG) + 64 + len(b"\n")
_CHUNK_BYTES: Final = 1 << 20


def seal(file: str) -> None:
    """Append the hash of the file to it, and flush the file to disk."""
    digest = _digest(file, Path(file).stat().st_size)
    with Path(file).open("ab") as sealed:
        sealed.write(_TAG + digest.encode() + b"\n")
        sealed.flush()
        os.fsync(sealed.fileno())


def expect_sealed(file: str) -> None:
    """Check that the file is unchanged since it was sealed.

    Raises:
        BackupUnreadable: the file has changed, or it cannot be read.
    """
    try:
        length = Path(file).stat().st_size - _LENGTH
        with Path(file).open("rb") as sealed:
            sealed.seek(max(length, 0))
            end = sealed.read()
        if length < 0 or not end.startswith(_TAG):
            raise BackupUnreadable(f"{file} is not what `modelbook backup` has written, or its end is missing.")
        if end != _TAG + _digest(file, length).encode() + b"\n":
            raise BackupUnreadable(f"{file} is damaged: it is not what `modelbook backup` has written.")
    except OSError as error:
        raise BackupUnreadable(f"{file} cannot be read: {error.strerror}.") from None


def _digest(file: str, length: int) -> str:
    digest = hashlib.sha256()
    with Path(file).open("rb") as content:
        while length > 0 and (chunk := content.read(min(length, _CHUNK_BYTES))):
            digest.update(chunk)
            length -= len(chunk)
    return digest.hexdigest()
