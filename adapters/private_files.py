"""Files that hold secrets, for this service's user alone."""

import os
import stat
from pathlib import Path
from typing import Final

_OWNER_ONLY: Final = 0o600


class FileRefused(ValueError):
    """The file is no regular one, or others may read or write it; the message says what to do."""


def read_private_file(path: Path) -> bytes:
    """Return what is in the file.

    Raises:
        FileRefused: others than its owner may read, write or execute it.
        OSError: there is no such file, or it cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise FileRefused(f"{path} is not a regular file.")
        if stat.S_IMODE(mode) & ~_OWNER_ONLY:
            raise FileRefused(
                f"{path} holds a secret, but its permissions are {stat.S_IMODE(mode):03o}; "
                f"make them 600: chmod 600 {path}"
            )
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)
